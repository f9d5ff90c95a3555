import { createHash } from "node:crypto";
import type { Address } from "../provider.ts";

/** WhatsApp's addresses ("jids"): `972501112233@s.whatsapp.net`, `123456@lid`, with `:7` before the @ for a device. */
const phoneServer = "s.whatsapp.net";

export const jidOf = ({ kind, value }: Address): string =>
  kind === "phone" ? `${value.replace(/^\+/, "")}@${phoneServer}` : `${value}@lid`;

/** Null for whatever is no person. */
export function addressOf(jid: string | null | undefined): Address | null {
  const match = /^(\d{5,20})(?:_\d+)?(?::\d+)?@(s\.whatsapp\.net|c\.us|hosted|lid|hosted\.lid)$/.exec(jid ?? "");
  if (match === null) return null;
  const [, user = "", server] = match;
  return server === "lid" || server === "hosted.lid"
    ? { kind: "lid", value: user }
    : { kind: "phone", value: `+${user}` };
}

/** Chats that are stored are chats with one person; the rest is ignored by rule. */
export const isIgnored = (jid: string): boolean => /@(broadcast|newsletter|g\.us|bot)$/.test(jid);

/**
 * The id that a message of ours has at WhatsApp. Made from our own id, so that every try, also after a restart, is seen
 * as the same message. The form is that of WhatsApp Web: "3EB0" and 18 hexadecimal digits.
 */
export const networkIdOf = (messageId: string): string =>
  `3EB0${createHash("sha256").update(messageId).digest("hex").slice(0, 18).toUpperCase()}`;
