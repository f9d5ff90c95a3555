import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Clock } from "../../base/clock.ts";
import { addressOf, isIgnored } from "./address.ts";
import type { Envelope } from "./incoming.ts";

const rememberedMax = 2_000;

/** Kinds of ciphertext between two people; of a bot's ("msmsg") the library takes none. */
const decrypted = new Set(["msg", "pkmsg"]);

/** What arrived on this connection: the stanza around each ciphertext, and whether its message has been journalled. */
export class Envelopes {
  readonly #clock: Clock;
  readonly #byCiphertext = new WeakMap<Uint8Array, Envelope>();
  /** Messages on their way through the library, by id, since when. */
  readonly #underWay = new Map<string, number>();
  readonly #journalled = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  arrived(node: BinaryNode): void {
    const { id, from, recipient = "" } = node.attrs;
    // What the library never decrypts must not be waited for: it would look like a pipeline that is stuck.
    if (!Array.isArray(node.content) || id === undefined || addressOf(from) === null || isIgnored(recipient)) return;
    for (const { tag, attrs, content } of node.content)
      if (tag === "enc" && content instanceof Uint8Array && decrypted.has(attrs.type ?? "")) {
        this.#byCiphertext.set(content, node.attrs);
        if (this.#underWay.size < rememberedMax) this.#underWay.set(id, this.#clock.nowMs());
      }
  }

  of(ciphertext: Uint8Array): Envelope | undefined {
    return this.#byCiphertext.get(ciphertext);
  }

  /** It is under way no more, whether it could be decrypted or not (the library says nothing of one that came twice). */
  passed(ciphertext: Uint8Array): void {
    const id = this.of(ciphertext)?.id;
    if (id !== undefined) this.#underWay.delete(id);
  }

  journalled(id: string): void {
    this.#journalled.add(id);
    if (this.#journalled.size > rememberedMax) this.#journalled.delete(this.#journalled.values().next().value ?? "");
  }

  /** The library is done with this message. True when it has been journalled. */
  finished(id: string): boolean {
    this.#underWay.delete(id);
    return this.#journalled.has(id);
  }

  /** How long the oldest message has been under way. */
  get oldestMs(): number {
    const [first] = this.#underWay.values();
    return first === undefined ? 0 : this.#clock.nowMs() - first;
  }
}
