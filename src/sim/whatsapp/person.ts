import { proto } from "@whiskeysockets/baileys";
import type { Account } from "./account.ts";
import type { LinkedDevice } from "./linked-device.ts";
import { jid, phoneServer, readJid, type Stanza, stanza } from "./nodes.ts";
import { type KeyBundle, type Sealed, SignalDevice } from "./signal-device.ts";

/** What a customer's phone shows: a message is shown once, however often it arrives under the same id. */
export interface Received {
  /** The number of the business that wrote it. */
  from: string;
  id: string;
  message: proto.IMessage;
  /** How often it arrived. */
  times: number;
  atMs: number;
}

export interface Writing {
  id?: string;
  /** Seconds since 1970; now when it is left out. */
  sentAt?: number;
  /** WhatsApp's word for the kind of stanza. */
  type?: "text" | "media" | "reaction";
  /** Names that the sender shows. */
  pushName?: string;
}

export type Content = string | proto.IMessage;

const messageOf = (content: Content): proto.IMessage =>
  typeof content === "string" ? { conversation: content } : content;

/** A customer with a phone. Receipts go out by themselves; `habits` says what this person's phone does. */
export class Person {
  readonly number: string;
  readonly lid: string;
  readonly name: string;
  readonly device = new SignalDevice();
  readonly received: Received[] = [];
  /** Messages that this phone could not decrypt, by id. */
  readonly unreadable: string[] = [];
  readonly habits = {
    /** How this person's messages name their sender. "lid_only": the number is not told. */
    addressedBy: "lid" as "lid" | "lid_only" | "phone",
    confirms: true,
    reads: false,
    /** Claims that it could not read the next messages, this many, and asks for them again. */
    asksAgain: 0,
  };
  readonly #now: () => { ms: number; seconds: number };
  readonly #newId: () => string;
  readonly #written = new Map<string, { account: Account; message: proto.IMessage; writing: Writing }>();
  #work: Promise<unknown> = Promise.resolve();

  constructor(
    identity: { number: string; lid: string; name: string },
    now: () => { ms: number; seconds: number },
    newId: () => string,
  ) {
    this.number = identity.number;
    this.lid = identity.lid;
    this.name = identity.name;
    this.#now = now;
    this.#newId = newId;
  }

  /** The texts on this phone from one business, in the order of their first arrival. */
  textsFrom(account: Account): string[] {
    return this.received.filter(({ from }) => from === account.number).map(({ message }) => textIn(message));
  }

  get jid(): string {
    return this.habits.addressedBy === "phone" ? jid(this.number, phoneServer) : jid(this.lid, "lid");
  }

  /** Writes to a business. Resolves with the message's id when the network has it. */
  write(account: Account, content: Content, writing: Writing = {}): Promise<string> {
    return this.#inTurn(async () => {
      const id = writing.id ?? this.#newId();
      const message = messageOf(content);
      this.#written.set(id, { account, message, writing });
      const plain = proto.Message.encode(message).finish();
      for (const device of account.devices.values())
        device.deliver(id, this.#envelope(id, writing, await this.#seal(device, plain)));
      return id;
    });
  }

  /** Sends something again that a device could not read, with the keys that it sent along. */
  writeAgain(device: LinkedDevice, id: string, count: number, bundle: KeyBundle | null): Promise<void> {
    return this.#inTurn(async () => {
      const written = this.#written.get(id);
      if (written === undefined) return;
      if (bundle !== null) await this.device.meet(device.jid, bundle);
      const sealed = await this.#seal(device, proto.Message.encode(written.message).finish());
      device.deliver(id, this.#envelope(id, written.writing, sealed, count), true);
    });
  }

  /** Sends bytes as they are instead of something this phone has encrypted. */
  async writeRaw(account: Account, sealed: Sealed, writing: Writing = {}): Promise<string> {
    const id = writing.id ?? this.#newId();
    for (const device of account.devices.values()) device.deliver(id, this.#envelope(id, writing, sealed));
    return id;
  }

  types(account: Account, on: boolean): void {
    const state = stanza("chatstate", { from: this.jid }, [stanza(on ? "composing" : "paused")]);
    for (const device of account.devices.values()) device.link?.send(state);
  }

  /** A message of the business arrives. Returns what the phone answers by itself. */
  take(from: string, id: string, sealed: Sealed): Promise<Stanza[]> {
    return this.#inTurn(async () => {
      let plain: Uint8Array;
      try {
        plain = await this.device.open(from, sealed);
      } catch {
        this.unreadable.push(id);
        return [this.#retryReceipt(id)];
      }
      if (this.habits.asksAgain > 0) {
        this.habits.asksAgain--;
        return [this.#retryReceipt(id)];
      }
      return this.show(readJid(from).user, id, proto.Message.decode(plain));
    });
  }

  show(from: string, id: string, message: proto.IMessage): Stanza[] {
    const known = this.received.find((one) => one.id === id && one.from === from);
    if (known) known.times++;
    else this.received.push({ from, id, message, times: 1, atMs: this.#now().ms });
    const receipts: Stanza[] = [];
    if (this.habits.confirms) receipts.push(this.#receipt(id));
    if (this.habits.confirms && this.habits.reads) receipts.push(this.#receipt(id, "read"));
    return receipts;
  }

  /** Opens the chat: what the business wrote is read now. */
  readAll(account: Account): void {
    const ids = this.received.filter(({ from }) => from === account.number).map(({ id }) => id);
    for (const id of ids) for (const device of account.devices.values()) device.link?.send(this.#receipt(id, "read"));
  }

  /** Claims that it could not read a message and wants it again. */
  askAgain(account: Account, id: string): void {
    for (const device of account.devices.values()) device.link?.send(this.#retryReceipt(id));
  }

  #receipt(id: string, type?: string): Stanza {
    return stanza("receipt", { from: this.jid, id, type, t: this.#now().seconds });
  }

  #retryReceipt(id: string): Stanza {
    const { seconds } = this.#now();
    return stanza("receipt", { from: this.jid, id, type: "retry", t: seconds }, [
      stanza("retry", { count: 1, id, t: seconds, v: 1 }),
      stanza("registration", {}, Buffer.alloc(4)),
    ]);
  }

  async #seal(device: LinkedDevice, plain: Uint8Array): Promise<Sealed> {
    if (!(await this.device.knows(device.jid))) await this.device.meet(device.jid, device.takeBundle());
    return this.device.seal(device.jid, plain);
  }

  #envelope(id: string, writing: Writing, sealed: Sealed, count?: number): Stanza {
    const { addressedBy } = this.habits;
    return stanza(
      "message",
      {
        from: this.jid,
        id,
        type: writing.type ?? "text",
        t: writing.sentAt ?? this.#now().seconds,
        notify: writing.pushName ?? this.name,
        sender_pn: addressedBy === "lid" ? jid(this.number, phoneServer) : undefined,
        sender_lid: addressedBy === "phone" ? jid(this.lid, "lid") : undefined,
      },
      [stanza("enc", { v: 2, type: sealed.type, count }, sealed.body)],
    );
  }

  /** One thing after the other: a ratchet has an order. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#work.then(run);
    this.#work = done.catch(() => {});
    return done;
  }
}

/** The words of a message, as a phone shows them. */
export const textIn = (message: proto.IMessage): string =>
  message.conversation ??
  message.extendedTextMessage?.text ??
  message.imageMessage?.caption ??
  message.documentMessage?.caption ??
  message.videoMessage?.caption ??
  "";
