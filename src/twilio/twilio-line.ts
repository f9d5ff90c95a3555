import type { ServerWebSocket } from "bun";
import type { Line } from "../live-call/line.ts";

type TwilioSocket = Pick<ServerWebSocket<unknown>, "send" | "cork" | "close" | "getBufferedAmount">;

/** The caller's side of a call over Twilio's media socket: the only three messages Twilio accepts (error 31951 otherwise). */
export class TwilioLine implements Line {
  readonly kind = "twilio";
  readonly #socket: TwilioSocket;
  readonly #beforePayload: string;
  readonly #beforeMark: string;
  readonly #clear: string;

  constructor(socket: TwilioSocket, streamSid: string) {
    const stream = `"streamSid":${JSON.stringify(streamSid)}`;
    this.#socket = socket;
    this.#beforePayload = `{"event":"media",${stream},"media":{"payload":"`;
    this.#beforeMark = `{"event":"mark",${stream},"mark":{"name":`;
    this.#clear = `{"event":"clear",${stream}}`;
  }

  /** Both in one write: a system call and a packet less. */
  sendMedia(payload: string, mark: string): boolean {
    return this.#socket.cork(
      () =>
        this.#send(`${this.#beforePayload}${payload}"}}`) && this.#send(`${this.#beforeMark}${JSON.stringify(mark)}}}`),
    );
  }

  clear(): boolean {
    return this.#send(this.#clear);
  }

  bufferedBytes(): number {
    return this.#socket.getBufferedAmount();
  }

  close(): void {
    this.#socket.close(1000, "stream over");
  }

  /** Bun: bytes sent, -1 = queued behind a slow peer (fine), 0 = dropped, or the socket is closed. */
  #send(message: string): boolean {
    return this.#socket.send(message) !== 0;
  }
}
