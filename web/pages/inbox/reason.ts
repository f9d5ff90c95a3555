import { inboxWords } from "../../strings/inbox.he.ts";

/** Why a message did not go out. Of a code without words, the provider's number stays for whoever is asked about it. */
export function reasonText(code: string): string {
  const { reasons, otherReason } = inboxWords();
  if (Object.hasOwn(reasons, code)) return reasons[code as keyof typeof reasons];
  return otherReason(/\d+$/.exec(code)?.[0] ?? null);
}
