import type { Link } from "./link.ts";
import { jid, phoneServer, type Stanza } from "./nodes.ts";
import type { KeyBundle } from "./signal-device.ts";

/** The server's view of one device that is linked to an account: its public keys, and what it has not taken yet. */
export class LinkedDevice {
  readonly noiseKey: Uint8Array;
  readonly #number: string;
  readonly id: number;
  #keys: { registrationId: number; identity: Uint8Array; signed: KeyBundle["signed"] };
  /** One-time keys that the device uploaded. */
  readonly #once: NonNullable<KeyBundle["once"]>[] = [];
  /** Messages for it until it confirms them, oldest first. Kept while it is away, sent again when it comes back. */
  readonly waiting = new Map<string, Stanza>();
  /** How often each message was handed to a socket of it. */
  readonly handed = new Map<string, number>();
  readonly #again = new Set<string>();
  link: Link | null = null;
  /** It has said that it is ready for messages. */
  active = false;

  constructor(number: string, id: number, noiseKey: Uint8Array, keys: Omit<KeyBundle, "once">) {
    this.#number = number;
    this.id = id;
    this.noiseKey = noiseKey;
    this.#keys = keys;
  }

  get jid(): string {
    return jid(this.#number, phoneServer, this.id);
  }

  get preKeyCount(): number {
    return this.#once.length;
  }

  upload(bundle: Omit<KeyBundle, "once">, once: readonly NonNullable<KeyBundle["once"]>[]): void {
    this.#keys = bundle;
    this.#once.push(...once);
  }

  takeBundle(): KeyBundle {
    return { ...this.#keys, once: this.#once.shift() ?? null };
  }

  deliver(key: string, node: Stanza, again = false): void {
    if (again) this.#again.add(key);
    this.waiting.set(key, node);
    if (this.active) this.#hand(key, node);
  }

  /** The device has it; or it refuses it, which for what was sent again means the first copy. */
  confirm(key: string, refused = false): void {
    if (refused && this.#again.delete(key)) return;
    this.waiting.delete(key);
  }

  /** Hands over what waited, marked as such. Returns how many. */
  catchUp(): number {
    this.active = true;
    for (const [key, node] of this.waiting) this.#hand(key, { ...node, attrs: { ...node.attrs, offline: "1" } });
    return this.waiting.size;
  }

  #hand(key: string, node: Stanza): void {
    this.handed.set(key, (this.handed.get(key) ?? 0) + 1);
    this.link?.send(node);
  }
}
