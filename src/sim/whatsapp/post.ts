import { proto } from "@whiskeysockets/baileys";
import type { Clock } from "../../base/clock.ts";
import type { Account } from "./account.ts";
import type { MessageFault } from "./faults.ts";
import type { Link } from "./link.ts";
import type { LinkedDevice } from "./linked-device.ts";
import { bytesIn, childOf, childrenOf, readJid, type Stanza, stanza } from "./nodes.ts";
import type { Person } from "./person.ts";
import { readBundle, type Sealed } from "./signal-device.ts";

interface PostDeps {
  clock: Clock;
  now: () => { ms: number; seconds: number };
  personAt(address: string): Person | null;
}

/** A stanza from a linked device, and on which socket it came. */
interface Sender {
  link: Link;
  account: Account;
  device: LinkedDevice;
}

/** Carries messages and receipts of linked devices. */
export class Post {
  readonly #deps: PostDeps;

  constructor(deps: PostDeps) {
    this.#deps = deps;
  }

  async message(sender: Sender, node: Stanza): Promise<void> {
    const { account, link } = sender;
    const fault = account.faults.messages.shift() ?? account.faults.always;
    if (fault === "reset_before") return link.reset();
    const copies = childrenOf(childOf(node, "participants"), "to");
    const direct = childOf(node, "enc");
    const addressed =
      direct === undefined
        ? copies.map((copy) => ({ jid: copy.attrs.jid ?? "", enc: childOf(copy, "enc") }))
        : [{ jid: node.attrs.to ?? "", enc: direct }];
    account.handed.push({
      id: node.attrs.id ?? "",
      to: node.attrs.to ?? "",
      recipients: addressed.map(({ jid }) => jid),
      atMs: this.#deps.now().ms,
    });
    if (typeof fault === "object" && "error" in fault) return this.#acknowledge(sender, node, fault.error);
    if (fault !== "message_lost") await this.#carry(sender, node.attrs.id ?? "", addressed, fault);
    if (fault === "reset_after") return link.reset();
    if (typeof fault === "object") this.#deps.clock.after(fault.ackAfterMs, () => this.#acknowledge(sender, node));
    else if (fault === "none") this.#acknowledge(sender, node);
  }

  /** The client has a message, cannot read one, or tells that somebody has read. */
  async receipt({ link, account, device }: Sender, node: Stanza): Promise<void> {
    const { id = "", type = "", to = "" } = node.attrs;
    const ids = [id, ...childrenOf(childOf(node, "list"), "item").map(({ attrs }) => attrs.id ?? "")];
    link.send(stanza("ack", { class: "receipt", id, from: to, type: type || undefined }));
    if (type === "read" || type === "read-self") account.signs.push(...ids.map((one) => `${type} ${one}`));
    else if (type === "retry") await this.#writeAgain(device, to, node);
    else for (const one of ids) device.confirm(one);
  }

  async #writeAgain(device: LinkedDevice, to: string, node: Stanza): Promise<void> {
    const { id = "" } = childOf(node, "retry")?.attrs ?? {};
    const keys = childOf(node, "keys");
    const bundle = keys === undefined ? null : readBundle(keys, bytesIn(node, "registration"));
    const count = Number(childOf(node, "retry")?.attrs.count ?? 1);
    await this.#deps.personAt(to)?.writeAgain(device, id, count, bundle);
  }

  async #carry(
    { account, device, link }: Sender,
    id: string,
    addressed: readonly { jid: string; enc: Stanza | undefined }[],
    fault: MessageFault,
  ): Promise<void> {
    for (const { jid, enc } of addressed) {
      if (!(enc?.content instanceof Uint8Array)) continue;
      const sealed: Sealed = { type: enc.attrs.type === "pkmsg" ? "pkmsg" : "msg", body: enc.content };
      if (readJid(jid).user === account.number || readJid(jid).user === account.lid) {
        const plain = await account.handset.open(device.jid, sealed).catch(() => null);
        if (plain !== null) account.onHandset.push(proto.Message.decode(plain));
        continue;
      }
      const receipts = (await this.#deps.personAt(jid)?.take(device.jid, id, sealed)) ?? [];
      if (fault !== "reset_after") for (const receipt of receipts) link.send(receipt);
    }
  }

  #acknowledge({ link }: Sender, node: Stanza, error?: number): void {
    const { id, to } = node.attrs;
    link.send(stanza("ack", { class: "message", id, from: to, t: this.#deps.now().seconds, error }));
  }
}
