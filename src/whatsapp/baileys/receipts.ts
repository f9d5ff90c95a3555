import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Receipt } from "../provider.ts";
import { addressOf } from "./address.ts";
import { instantOf, type Self } from "./incoming.ts";

const states: Readonly<Record<string, Receipt["state"]>> = { "": "delivered", read: "read", played: "read" };

/**
 * Read from the stanza itself: the library's events may wait behind its buffer for 20 s. Receipts of our own devices and
 * requests to send again are not about what became of a message.
 */
export function readReceipts(node: BinaryNode, self: Self, nowMs: number): Receipt[] {
  const { id, type = "", from, participant, t } = node.attrs;
  const state = states[type];
  const by = addressOf(participant ?? from);
  if (state === undefined || id === undefined || by === null || by.value === self.phone || by.value === self.lid)
    return [];
  const list = Array.isArray(node.content) ? node.content.find(({ tag }) => tag === "list") : undefined;
  const items = Array.isArray(list?.content) ? list.content.map(({ attrs }) => attrs.id) : [];
  const at = instantOf(Number(t), nowMs);
  return [id, ...items]
    .filter((one) => one !== undefined)
    .map((providerId) => ({ providerId, messageId: null, state, code: null, at }));
}
