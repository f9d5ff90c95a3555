import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import { type Read, readServerEvent } from "./events.ts";

/** Why a socket is gone, in words for the log. `httpStatus` when the server refused the upgrade. */
export interface SocketClosure {
  reason:
    | "connect_timeout"
    | "refused"
    | "http_status"
    | "closed"
    | "no_pong"
    | "not_reading"
    | "silent"
    | "expired"
    | "provider_error"
    | "bug";
  httpStatus: number | null;
  detail: string;
}

export interface SocketEvents {
  opened(): void;
  received(read: Read): void;
  /** Once, unless `close` was called before. */
  closed(closure: SocketClosure): void;
}

// The DOM types hide what Bun's socket adds: headers, ping, terminate.
const NativeSocket = WebSocket as unknown as new (url: string, options: Bun.WebSocketOptions) => Bun.WebSocket;

// Reading the count crosses into native code; every 16th frame is every 320 ms of the caller's audio.
const checkBufferedEverySends = 16;

/**
 * The socket to the model: Bun's native WebSocket, because the package's classes refuse `ws://`, and one of them puts
 * the key into a subprotocol. Adds what the socket lacks: a connect timeout, pings, and a bound on unsent bytes.
 */
export class ModelSocket {
  readonly #socket: Bun.WebSocket;
  readonly #clock: Clock;
  #events: SocketEvents | null;
  #connectTimer: Timer | null;
  #pingTimer: Timer | null = null;
  #pongsMissing = 0;
  #sends = 0;

  constructor(clock: Clock, url: string, apiKey: string, events: SocketEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#socket = new NativeSocket(url, { headers: { Authorization: `Bearer ${apiKey}` }, perMessageDeflate: false });
    this.#connectTimer = clock.after(limits.engineConnectMs, () => this.fail("connect_timeout"));
    this.#socket.onopen = () => this.#guard(() => this.#opened());
    this.#socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#guard(() => this.#received(data));
    this.#socket.onerror = (event) => this.#refused("message" in event ? String(event.message) : "");
    this.#socket.onclose = ({ code, reason }) => this.fail("closed", `${code} ${reason}`.trim());
    this.#socket.addEventListener("pong", () => {
      this.#pongsMissing = 0;
    });
  }

  /** Hot: sends one finished text frame. A peer that stopped reading is given up here. */
  send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(text);
    if (++this.#sends % checkBufferedEverySends === 0 && this.#socket.bufferedAmount > limits.engineBufferedBytes)
      this.fail("not_reading", `${this.#socket.bufferedAmount} bytes unsent`);
  }

  /** Gives the connection up and reports it, at most once. */
  fail(reason: SocketClosure["reason"], detail = "", httpStatus: number | null = null): void {
    const events = this.#events;
    this.#forget();
    this.#socket.terminate();
    events?.closed({ reason, httpStatus, detail });
  }

  /** Ends the connection; nothing is reported any more. A peer that does not close its side is cut off. */
  close(): void {
    this.#forget();
    if (this.#socket.readyState !== WebSocket.OPEN) return this.#socket.terminate();
    this.#socket.close(1000);
    const cutOff = this.#clock.after(limits.engineCloseMs, () => this.#socket.terminate());
    this.#socket.onclose = () => cutOff.cancel();
  }

  #opened(): void {
    this.#connectTimer?.cancel();
    this.#pingTimer = this.#clock.every(limits.enginePingMs, () => this.#ping());
    this.#events?.opened();
  }

  #received(data: unknown): void {
    this.#pongsMissing = 0; // whoever talks is alive
    this.#events?.received(
      typeof data === "string" ? readServerEvent(data) : { kind: "unreadable", why: "binary frame" },
    );
  }

  #refused(message: string): void {
    // The status of a refused upgrade is told in the message only.
    const status = /Expected 101 status code: (\d{3})/.exec(message)?.[1];
    if (status !== undefined) this.fail("http_status", "", Number(status));
    else this.fail("refused", message.slice(0, 200));
  }

  /** A bug behind an event costs this connection, never the process and its other calls. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (thrown) {
      this.fail("bug", describeError(thrown));
    }
  }

  #ping(): void {
    if (this.#pongsMissing >= 2) return this.fail("no_pong");
    this.#pongsMissing++;
    this.#socket.ping();
  }

  #forget(): void {
    this.#events = null;
    this.#connectTimer?.cancel();
    this.#pingTimer?.cancel();
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onerror = null;
    this.#socket.onclose = null;
  }
}

/**
 * Address of the Realtime socket below the REST base URL: the same host and path with the socket's scheme.
 * `https://api.openai.com/v1` → `wss://api.openai.com/v1/realtime?model=…`.
 */
export function realtimeUrl(baseUrl: string, model: string): string {
  return `${baseUrl.replace(/^http/, "ws")}/realtime?model=${encodeURIComponent(model)}`;
}
