import type { ServerWebSocket } from "bun";
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { parseCallSid, parseStreamSid, type StreamSid } from "../base/ids.ts";
import type { Log, LogFields } from "../base/log.ts";
import { FrameRate } from "./frame-rate.ts";
import {
  emptyFrame,
  FRAME_CONNECTED,
  FRAME_KEYPAD,
  FRAME_MARK,
  FRAME_MEDIA,
  FRAME_START,
  FRAME_STOP,
  FRAME_UNREADABLE,
  type InboundFrame,
  readFrame,
  type StartFrame,
} from "./media-wire.ts";
import type { CallDesk, LiveCall } from "./ports.ts";
import type { StreamGrant, StreamTokens } from "./stream-token.ts";
import { TwilioLine } from "./twilio-line.ts";
import type { Stranger, WaitingRoom } from "./waiting-room.ts";

export interface MediaConnectionDeps {
  tokens: StreamTokens;
  desk: Pick<CallDesk, "find">;
  /** When known, `start` must name this account. */
  accountSid: string | null;
  waitingRoom: WaitingRoom;
  clock: Clock;
  log: Log;
}

/**
 * One media socket from open to close. Everything here is synchronous (Bun would otherwise run the handlers of one
 * socket at once and out of order) and guarded: whatever is thrown ends this call's stream and nothing else.
 */
export class MediaConnection implements Stranger {
  readonly address: string | null;
  readonly #deps: MediaConnectionDeps;
  readonly #socket: ServerWebSocket<unknown>;
  readonly #frame: InboundFrame = emptyFrame();
  readonly #rate = new FrameRate();
  readonly #openedMs: number;
  #state: "waiting" | "streaming" | "over" = "waiting";
  #call: LiveCall | null = null;
  #streamSid = "";
  #fields: LogFields = {};
  #mediaFrames = 0;
  #ignoredFrames = 0;

  constructor(deps: MediaConnectionDeps, socket: ServerWebSocket<unknown>, address: string | null) {
    this.#deps = deps;
    this.#socket = socket;
    this.address = address;
    this.#openedMs = deps.clock.nowMs();
    deps.waitingRoom.enter(this);
    deps.log.info("WS_CONNECTED", "media socket opened", { address });
  }

  receive(message: string | Buffer): void {
    try {
      if (this.#state === "over") return;
      if (!this.#rate.admit(this.#deps.clock.nowMs())) {
        this.#end("flood", "error", 1008);
        return;
      }
      const kind = typeof message === "string" ? readFrame(message, this.#frame) : FRAME_UNREADABLE;
      if (kind === FRAME_MEDIA && this.#isOurs(this.#frame)) this.#media(this.#frame);
      else this.#control(kind, this.#frame);
    } catch (error) {
      this.#bug(error);
    }
  }

  closed(code: number): void {
    try {
      this.#end(`closed ${code}`, "closed", null);
    } catch (error) {
      this.#bug(error);
    }
  }

  /** From the waiting room. */
  dismiss(reason: string): void {
    this.#end(reason, "error", 1008);
  }

  /** A socket carries one stream: a message that names none can only mean this one. */
  #isOurs({ streamSid }: InboundFrame): boolean {
    return this.#state === "streaming" && (streamSid === this.#streamSid || streamSid === "");
  }

  /** HOT: 50 times a second and call. */
  #media(frame: InboundFrame): void {
    this.#mediaFrames++;
    this.#call?.onMedia(frame.payload, frame.timestampMs);
  }

  #control(kind: number, frame: InboundFrame): void {
    if (this.#state === "waiting") {
      if (kind === FRAME_START && frame.start !== null) this.#start(frame.start);
      else if (kind !== FRAME_CONNECTED) this.#ignore(kind);
    } else if (!this.#isOurs(frame)) this.#ignore(kind);
    else if (kind === FRAME_MARK) this.#call?.onMark(frame.text);
    else if (kind === FRAME_KEYPAD) this.#call?.onKeypad(frame.text);
    else if (kind === FRAME_STOP) this.#end("stop", "stop", 1000);
    else this.#ignore(kind);
  }

  #start(start: StartFrame): void {
    const admitted = this.#admit(start);
    if (typeof admitted === "string") {
      this.#end(admitted, "error", 1008);
      return;
    }
    const { call, grant, streamSid } = admitted;
    this.#deps.waitingRoom.leave(this);
    this.#state = "streaming";
    // One and the same string: the reader keeps it while frames name it, and two that are the same compare at once.
    this.#streamSid = this.#frame.streamSid = streamSid;
    this.#fields = { biz: grant.businessId, call: grant.callSid, stream: streamSid };
    this.#call = call;
    const waitedMs = Math.round(this.#deps.clock.nowMs() - this.#openedMs);
    this.#deps.log.info("WS_START", "stream started", { ...this.#fields, leg: grant.leg, waitedMs });
    call.attach(new TwilioLine(this.#socket, streamSid));
  }

  /** The call that a `start` may speak for, or why it may not. Uses the token up. */
  #admit(start: StartFrame): { call: LiveCall; grant: StreamGrant; streamSid: StreamSid } | string {
    const callSid = parseCallSid(start.callSid);
    const streamSid = parseStreamSid(start.streamSid);
    if (callSid === null || streamSid === null) return "malformed start";
    if (this.#deps.accountSid !== null && start.accountSid !== this.#deps.accountSid) return "foreign account";
    if (!start.isMulaw8k) return "foreign audio format";
    const redemption = this.#deps.tokens.redeem(start.token, callSid);
    if (!redemption.ok) return redemption.why;
    const call = this.#deps.desk.find(callSid);
    return call === undefined ? "call is over" : { call, grant: redemption.grant, streamSid };
  }

  /** Garbage is counted, not answered: it never ends a call. The first one of a socket is worth a line. */
  #ignore(kind: number): void {
    if (this.#ignoredFrames++ > 0) return;
    const event = kind === FRAME_UNREADABLE ? "unreadable frame ignored" : "unexpected frame ignored";
    this.#deps.log.debug("CALL", event, { ...this.#fields, kind });
  }

  /** Once per socket. `closeCode` null = it is closed already. */
  #end(reason: string, tell: "stop" | "closed" | "error", closeCode: number | null): void {
    if (this.#state === "over") return;
    const wasStreaming = this.#state === "streaming";
    this.#state = "over";
    this.#deps.waitingRoom.leave(this);
    this.#deps.log[wasStreaming ? "info" : "warn"]("WS_STOP", wasStreaming ? "stream over" : "socket refused", {
      ...this.#fields,
      address: wasStreaming ? undefined : this.address,
      reason,
      mediaFrames: this.#mediaFrames,
      ignoredFrames: this.#ignoredFrames,
      seconds: Math.round((this.#deps.clock.nowMs() - this.#openedMs) / 1_000),
    });
    // The call is told first: closing a socket runs what listens to its end within the same tick.
    const call = this.#call;
    this.#call = null;
    try {
      call?.onLineClosed(tell);
    } finally {
      if (closeCode !== null) this.#socket.close(closeCode, reason);
    }
  }

  #bug(error: unknown): void {
    this.#deps.log.error("CALL", "media socket failed", { ...this.#fields, error: describeError(error) });
    try {
      this.#end("bug", "error", 1011);
    } catch (second) {
      this.#deps.log.error("CALL", "media socket failed to end", { ...this.#fields, error: describeError(second) });
    }
  }
}
