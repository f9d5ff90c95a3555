import type { ServerWebSocket } from "bun";
import type { Line } from "../live-call/line.ts";

/** The caller's side of a call over Twilio's media socket: the only three messages Twilio accepts (error 31951 otherwise). */
export class TwilioLine implements Line {
  readonly kind = "twilio";
  readonly #socket: Pick<ServerWebSocket<unknown>, "send" | "close" | "getBufferedAmount">;
  readonly #beforePayload: string;
  readonly #beforeMark: string;
  readonly #clear: string;
  #open = true;

  constructor(socket: Pick<ServerWebSocket<unknown>, "send" | "close" | "getBufferedAmount">, streamSid: string) {
    const stream = `"streamSid":${JSON.stringify(streamSid)}`;
    this.#socket = socket;
    this.#beforePayload = `{"event":"media",${stream},"media":{"payload":"`;
    this.#beforeMark = `{"event":"mark",${stream},"mark":{"name":`;
    this.#clear = `{"event":"clear",${stream}}`;
  }

  sendMedia(payload: string): boolean {
    return this.#send(`${this.#beforePayload}${payload}"}}`);
  }

  sendMark(name: string): boolean {
    return this.#send(`${this.#beforeMark}${JSON.stringify(name)}}}`);
  }

  clear(): boolean {
    return this.#send(this.#clear);
  }

  bufferedBytes(): number {
    return this.#open ? this.#socket.getBufferedAmount() : 0;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.close(1000, "stream over");
  }

  /** The socket is gone: from now on nothing can be sent. */
  gone(): void {
    this.#open = false;
  }

  /** Bun: bytes sent, -1 = queued behind a slow peer (fine), 0 = dropped (the peer is lost to us). */
  #send(message: string): boolean {
    return this.#open && this.#socket.send(message) !== 0;
  }
}
