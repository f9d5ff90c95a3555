import { decodeBinaryNode, encodeBinaryNode, type proto } from "@whiskeysockets/baileys";
import type { ServerWebSocket } from "bun";
import { type Stanza, stanza } from "./nodes.ts";
import { NoiseServer } from "./noise.ts";

/** What the server does with a connection. */
export interface LinkEvents {
  /** The handshake is over: who is it? */
  onClient(link: Link, client: { noiseKey: Uint8Array; payload: proto.ClientPayload }): void;
  onStanza(link: Link, node: Stanza): Promise<void> | void;
  onClosed(link: Link): void;
}

export interface LinkSocketData {
  link: Link;
}

/** One socket of a client: handshake, then stanzas both ways, handled one after the other. */
export class Link {
  readonly #socket: ServerWebSocket<LinkSocketData>;
  readonly #events: LinkEvents;
  readonly #noise = new NoiseServer();
  #step: "hello" | "finish" | "open" | "closed" = "hello";
  #work: Promise<void> = Promise.resolve();
  /** Neither reads nor answers: the socket stays open. */
  frozen = false;

  constructor(socket: ServerWebSocket<LinkSocketData>, events: LinkEvents) {
    this.#socket = socket;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.#step === "open";
  }

  receive(arrived: Uint8Array): void {
    if (this.#step === "closed") return;
    for (const frame of this.#noise.frames(arrived)) {
      const copy = Buffer.from(frame);
      if (this.#step === "open") {
        const plain = this.#noise.open(copy);
        this.#work = this.#work.then(() => this.#handle(plain)).catch(() => this.reset());
      } else this.#shake(copy);
    }
  }

  send(node: Stanza): void {
    if (this.#step !== "open" || this.frozen) return;
    this.#socket.sendBinary(this.#noise.seal(encodeBinaryNode(node)));
  }

  /** A last stanza, then the end of the stream. */
  endWith(node: Stanza): void {
    this.send(node);
    this.#step = "closed";
    this.#socket.close(1000);
  }

  /** A stream error as the server words it: a code, or a reason such as `conflict`. */
  endWithError(code: number, reason?: Stanza): void {
    this.endWith(stanza("stream:error", { code }, reason === undefined ? undefined : [reason]));
  }

  /** The connection is gone without a goodbye. */
  reset(): void {
    this.#step = "closed";
    this.#socket.terminate();
  }

  closed(): void {
    this.#step = "closed";
    this.#events.onClosed(this);
  }

  /** Resolves when everything that had arrived is handled. */
  settled(): Promise<void> {
    return this.#work;
  }

  #shake(frame: Uint8Array): void {
    if (this.frozen) return;
    try {
      if (this.#step === "hello") {
        this.#step = "finish";
        this.#socket.sendBinary(this.#noise.hello(frame));
        return;
      }
      const client = this.#noise.finish(frame);
      this.#step = "open";
      this.#events.onClient(this, client);
    } catch {
      this.reset();
    }
  }

  async #handle(plain: Uint8Array): Promise<void> {
    const node = (await decodeBinaryNode(Buffer.from(plain))) as Stanza;
    if (this.#step === "open" && !this.frozen) await this.#events.onStanza(this, node);
  }
}
