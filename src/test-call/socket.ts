import type { Server, ServerWebSocket } from "bun";
import type { Clock } from "../base/clock.ts";
import type { CallSid } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { MediaConnection } from "../twilio/media-connection.ts";
import { type MediaPeer, type MediaSocketData, upgradeMedia } from "../twilio/media-socket.ts";
import type { CallDesk } from "../twilio/ports.ts";
import type { StreamTokens } from "../twilio/stream-token.ts";
import { WaitingRoom } from "../twilio/waiting-room.ts";
import type { BrowserPhones } from "./browser-phones.ts";

/** Where the browser opens the media socket of a test call. */
export const testCallSocketPath = "/ws/test-call";

export interface TestCallSocketDeps {
  desk: Pick<CallDesk, "find">;
  phones: BrowserPhones;
  tokens: StreamTokens;
  /** The browser's socket of a call is gone. */
  over(callSid: CallSid): void;
  /** Whether a request was made by a page of the panel: no other page may speak here. */
  isPanel(headers: Headers): boolean;
  clock: Clock;
  log: Log;
}

/**
 * The browser's media socket: Twilio's messages, read and written by the same code as the telephone's, so that a test
 * call tests the real path. Opened by the one-time token that a logged-in member of staff was given for one call.
 */
export function createTestCallSocket(deps: TestCallSocketDeps) {
  const { tokens, clock, log } = deps;
  const waitingRoom = new WaitingRoom(clock, () => tokens.open);
  const enter =
    (address: string | null) =>
    (socket: ServerWebSocket<unknown>): MediaPeer => {
      let callSid: CallSid | null = null;
      const find: CallDesk["find"] = (wanted) => {
        callSid = wanted;
        deps.phones.opened(wanted, () => socket.close(1000, "call over"));
        return deps.desk.find(wanted);
      };
      const parts = { tokens, desk: { find }, accountSid: null, waitingRoom, clock, log };
      const media = new MediaConnection(parts, socket, address);
      return {
        receive: (message) => media.receive(message),
        closed(code) {
          media.receive('{"event":"stop"}'); // a page that is gone has hung up, whether or not it said so
          media.closed(code);
          if (callSid !== null) deps.over(callSid);
        },
      };
    };
  return {
    handles: (request: Request) => new URL(request.url).pathname === testCallSocketPath,
    upgrade(request: Request, server: Server<MediaSocketData>, address: string | null): Response | undefined {
      if (!deps.isPanel(request.headers)) return new Response("forbidden", { status: 403 });
      return upgradeMedia(request, server, enter(address));
    },
  };
}
