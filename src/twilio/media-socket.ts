import type { Server, ServerWebSocket, WebSocketHandler } from "bun";
import { limits } from "../limits.ts";
import { MediaConnection, type MediaConnectionDeps } from "./media-connection.ts";
import { RefusalLog } from "./refusal-log.ts";
import { type SignatureGate, targetOf } from "./signature.ts";
import { mediaSocketPath } from "./twiml.ts";
import { WaitingRoom } from "./waiting-room.ts";

const socketPaths = new Set([mediaSocketPath, `${mediaSocketPath}/`]);

/** One open media socket: whoever came through which door. */
export type MediaPeer = Pick<MediaConnection, "receive" | "closed">;

/** Bun keeps this with each socket: the door that it came through makes its connection. */
export interface MediaSocketData {
  enter(socket: ServerWebSocket<unknown>): MediaPeer;
  peer: MediaPeer | null;
}

/** What Bun does with every media socket, whichever door it came through. */
export const mediaWebSocket: WebSocketHandler<MediaSocketData> = {
  maxPayloadLength: limits.mediaFrameBytes,
  backpressureLimit: limits.socketBacklogBytes,
  closeOnBackpressureLimit: true,
  perMessageDeflate: false,
  idleTimeout: limits.socketIdleSeconds,
  open(socket) {
    socket.data.peer = socket.data.enter(socket);
  },
  message: (socket, message) => socket.data.peer?.receive(message),
  close: (socket, code) => socket.data.peer?.closed(code),
};

export interface MediaSocketDeps extends Omit<MediaConnectionDeps, "waitingRoom"> {
  gate: SignatureGate;
}

export interface MediaSocket {
  /** Whether a request is for this socket; with or without the trailing slash (V3). */
  handles(request: Request): boolean;
  /** Undefined = upgraded: answer nothing. Otherwise the refusal to send. */
  upgrade(request: Request, server: Server<MediaSocketData>, address: string | null): Response | undefined;
  /** Sockets that have not said which call they are for. */
  readonly strangers: number;
}

/** Undefined = upgraded: answer nothing. Otherwise the refusal to send to a request that is no WebSocket's. */
export function upgradeMedia(
  request: Request,
  server: Server<MediaSocketData>,
  enter: MediaSocketData["enter"],
): Response | undefined {
  if (server.upgrade(request, { data: { enter, peer: null } })) return undefined;
  return new Response("this address speaks WebSocket only", { status: 426, headers: { upgrade: "websocket" } });
}

/** Twilio's media socket on Bun.serve: signed upgrade, bounded strangers, one `MediaConnection` each. */
export function createMediaSocket(deps: MediaSocketDeps): MediaSocket {
  const waitingRoom = new WaitingRoom(deps.clock, () => deps.tokens.open);
  const refusals = new RefusalLog(deps.clock, deps.log);
  const connectionDeps: MediaConnectionDeps = { ...deps, waitingRoom };
  return {
    handles: (request) => socketPaths.has(targetOf(request.url).split("?", 1)[0] ?? ""),
    upgrade(request, server, address) {
      if (!deps.gate.acceptsUpgrade(request.url, request.headers.get("x-twilio-signature"))) {
        refusals.note(mediaSocketPath);
        return new Response("forbidden", { status: 403 });
      }
      const enter = (socket: ServerWebSocket<unknown>) => new MediaConnection(connectionDeps, socket, address);
      return upgradeMedia(request, server, enter);
    },
    get strangers() {
      return waitingRoom.size;
    },
  };
}
