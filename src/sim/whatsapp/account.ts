import { proto } from "@whiskeysockets/baileys";
import { type AccountFaults, noAccountFaults } from "./faults.ts";
import type { LinkedDevice } from "./linked-device.ts";
import { jid, phoneServer, stanza } from "./nodes.ts";
import type { Content, Person } from "./person.ts";
import { SignalDevice } from "./signal-device.ts";

/** A message that a linked device handed to the server. */
export interface Handed {
  id: string;
  to: string;
  /** Devices it was encrypted for. */
  recipients: string[];
  atMs: number;
}

/** One business's WhatsApp account: its own handset, and the devices linked to it. */
export class Account {
  readonly number: string;
  readonly lid: string;
  readonly name: string;
  readonly handset = new SignalDevice();
  readonly devices = new Map<number, LinkedDevice>();
  readonly faults: AccountFaults = noAccountFaults();
  /** Everything that its linked devices handed in, repeats included. */
  readonly handed: Handed[] = [];
  /** What the handset shows of messages that linked devices sent. */
  readonly onHandset: proto.IMessage[] = [];
  /** What the devices told about reading and typing: "read 3EB0…", "composing …@lid", "available". */
  readonly signs: string[] = [];
  /** Linked devices that were unlinked, by whom. */
  readonly unlinked: { device: number; by: "device" | "handset" }[] = [];
  #lastDevice = 0;
  #work: Promise<unknown> = Promise.resolve();
  readonly #newId: () => string;

  constructor(identity: { number: string; lid: string; name: string }, newId: () => string) {
    this.number = identity.number;
    this.lid = identity.lid;
    this.name = identity.name;
    this.#newId = newId;
  }

  get jid(): string {
    return jid(this.number, phoneServer);
  }

  /** The device that is connected now, if any. */
  get connected(): LinkedDevice | null {
    return [...this.devices.values()].find(({ link }) => link !== null) ?? null;
  }

  get isOpen(): boolean {
    return [...this.devices.values()].some(({ active }) => active);
  }

  nextDeviceId(): number {
    return ++this.#lastDevice;
  }

  /** The owner writes to a customer on the handset; linked devices get a copy. */
  writeOnHandset(person: Person, content: Content, sentAt: number): Promise<string> {
    const done = this.#work.then(async () => {
      const id = this.#newId();
      const message = typeof content === "string" ? { conversation: content } : content;
      const plain = proto.Message.encode({ deviceSentMessage: { destinationJid: person.jid, message } }).finish();
      for (const device of this.devices.values()) {
        if (!(await this.handset.knows(device.jid))) await this.handset.meet(device.jid, device.takeBundle());
        const { type, body } = await this.handset.seal(device.jid, plain);
        const attributes = { from: this.jid, recipient: person.jid, id, type: "text", t: sentAt, notify: this.name };
        device.deliver(id, stanza("message", attributes, [stanza("enc", { v: 2, type }, body)]));
      }
      person.show(this.number, id, message);
      return id;
    });
    this.#work = done.catch(() => {});
    return done;
  }

  /** Unlinks a device from the handset's list: its socket ends, and its next login is refused. */
  unlink(device: LinkedDevice, by: "device" | "handset" = "handset"): void {
    this.devices.delete(device.id);
    this.unlinked.push({ device: device.id, by });
    device.link?.endWithError(401, stanza("conflict", { type: "device_removed" }));
  }

  /** Ends the connection of every linked device with a stream error, e.g. 503, or 440 for "used elsewhere". */
  endStreams(code: number): void {
    for (const { link } of this.devices.values())
      link?.endWithError(code, code === 440 ? stanza("conflict", { type: "replaced" }) : undefined);
  }

  /** Cuts the sockets without a goodbye. */
  resetLinks(): void {
    for (const { link } of this.devices.values()) link?.reset();
  }

  /** Sockets stay open and say nothing any more. */
  freeze(frozen: boolean): void {
    for (const { link } of this.devices.values()) if (link) link.frozen = frozen;
  }
}
