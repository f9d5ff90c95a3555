import type { Server, WebSocketHandler } from "bun";
import { limits } from "../limits.ts";
import { MediaConnection, type MediaConnectionDeps } from "./media-connection.ts";
import { peerAddress } from "./peer-address.ts";
import { RefusalLog } from "./refusal-log.ts";
import { type SignatureGate, targetOf } from "./signature.ts";
import { mediaSocketPath } from "./twiml.ts";
import { WaitingRoom } from "./waiting-room.ts";

const socketPaths = new Set([mediaSocketPath, `${mediaSocketPath}/`]);

/** Bun keeps this with each socket. */
export interface MediaSocketData {
  address: string | null;
  connection: MediaConnection | null;
}

export interface MediaSocketDeps extends Omit<MediaConnectionDeps, "waitingRoom"> {
  gate: SignatureGate;
}

export interface MediaSocket {
  /** Whether a request is for this socket; with or without the trailing slash (V3). */
  handles(request: Request): boolean;
  /** Undefined = upgraded: answer nothing. Otherwise the refusal to send. */
  upgrade(request: Request, server: Server<MediaSocketData>): Response | undefined;
  websocket: WebSocketHandler<MediaSocketData>;
  /** Sockets that have not said which call they are for. */
  readonly strangers: number;
}

/** Twilio's media socket on Bun.serve: signed upgrade, bounded strangers, one `MediaConnection` each. */
export function createMediaSocket(deps: MediaSocketDeps): MediaSocket {
  const waitingRoom = new WaitingRoom(deps.clock, () => deps.tokens.open);
  const refusals = new RefusalLog(deps.clock, deps.log);
  const connectionDeps: MediaConnectionDeps = { ...deps, waitingRoom };
  return {
    handles: (request) => socketPaths.has(targetOf(request.url).split("?", 1)[0] ?? ""),
    upgrade(request, server) {
      if (!deps.gate.acceptsUpgrade(request.url, request.headers.get("x-twilio-signature"))) {
        refusals.note(mediaSocketPath);
        return new Response("forbidden", { status: 403 });
      }
      const address = peerAddress(server.requestIP(request)?.address, request.headers.get("x-forwarded-for"));
      if (server.upgrade(request, { data: { address, connection: null } })) return undefined;
      return new Response("this address speaks WebSocket only", { status: 426, headers: { upgrade: "websocket" } });
    },
    websocket: {
      maxPayloadLength: limits.mediaFrameBytes,
      backpressureLimit: limits.socketBacklogBytes,
      closeOnBackpressureLimit: true,
      perMessageDeflate: false,
      idleTimeout: limits.socketIdleSeconds,
      open(socket) {
        socket.data.connection = new MediaConnection(connectionDeps, socket, socket.data.address);
      },
      message: (socket, message) => socket.data.connection?.receive(message),
      close: (socket, code) => socket.data.connection?.closed(code),
    },
    get strangers() {
      return waitingRoom.size;
    },
  };
}
