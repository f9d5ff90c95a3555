import type { Clock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import type { SentFact } from "../db/announce.ts";
import { limits } from "../limits.ts";

/** Whose stream it is: it ends with the session, and shows nothing but this business. */
export interface StreamOwner {
  businessId: BusinessId;
  sessionKey: string;
  expiresAt: Temporal.Instant;
}

const encoder = new TextEncoder();

/** The wire form (text/event-stream) of what a panel is told. */
export const wire = {
  fact: ({ type, id, version }: SentFact): string =>
    `id: ${version}\ndata: ${JSON.stringify({ type, id, version })}\n\n`,
  /** Facts were missed: the panel reads again whatever it shows. */
  reset: (version: string): string => `id: ${version}\ndata: {"type":"reset","id":"","version":"${version}"}\n\n`,
  /** Sets where to go on from without telling anything. */
  mark: (version: string): string => `retry: 2000\nid: ${version}\n\n`,
  /** Data that is worth nothing later: a listener for "moment" events takes it, and nobody reads anything again. */
  moment: (type: string, id: string, data: unknown): string =>
    `event: moment\ndata: ${JSON.stringify({ type, id, data })}\n\n`,
  beat: ":\n\n",
  encode: (text: string): Uint8Array => encoder.encode(text),
};

/** One open panel. A reader that does not keep up is let go; its browser comes back and asks for what it missed. */
export class LiveStream {
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(
    readonly owner: StreamOwner,
    private readonly onEnd: (stream: LiveStream) => void,
  ) {
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => this.#ended(),
    });
  }

  send(chunk: Uint8Array): void {
    if (this.#controller === null) return;
    this.#controller.enqueue(chunk);
    if ((this.#controller.desiredSize ?? 0) < -limits.liveBehindMax) this.close();
  }

  /** Lets go of whoever may not listen any more; keeps a quiet connection open otherwise. */
  beat(clock: Clock, chunk: Uint8Array): void {
    if (Temporal.Instant.compare(this.owner.expiresAt, clock.instant()) <= 0) this.close();
    else this.send(chunk);
  }

  close(): void {
    const controller = this.#controller;
    this.#ended();
    try {
      controller?.close();
    } catch {
      // the reader was faster
    }
  }

  #ended(): void {
    if (this.#controller === null) return;
    this.#controller = null;
    this.onEnd(this);
  }
}
