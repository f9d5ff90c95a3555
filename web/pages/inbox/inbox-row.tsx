import { ago, phoneText } from "../../format.ts";
import { type InboxLine, isSilent } from "../../models/inbox.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Channel } from "../../parts/channel.tsx";
import { inboxWords } from "../../strings/inbox.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

/** What a customer is called in the inbox. */
export const lineName = ({ name, phone }: Pick<InboxLine, "name" | "phone">): string =>
  name ?? (phone === null ? shellWords().unnamed : phoneText(phone));

export function InboxRow({ line, current }: { line: InboxLine; current: boolean }) {
  const t = inboxWords();
  const { chat, call } = line;
  const wrote = chat !== null && (call === null || (chat.lastMessageAt ?? "") >= call.startedAt);
  const last = wrote ? chat.lastText : (call?.summary ?? t.phoneCall);
  return (
    <a class="row inbox-row" href={`/inbox?with=${line.customerId}`} aria-current={current ? "true" : undefined}>
      <Avatar name={line.name} />
      <span class="row-main">
        <span class="inbox-top">
          <span class={`row-title ellipsis${chat?.unread ? " strong" : ""}`} dir="auto">
            {lineName(line)}
          </span>
          <span class="small muted inbox-time">{ago(line.at)}</span>
        </span>
        <span class="inbox-top">
          <Channel kind={wrote ? "whatsapp" : "call"} />
          <span class="row-sub ellipsis grow" dir="auto">
            {last}
          </span>
          {isSilent(chat) && <span class="badge plain tiny">{t.human}</span>}
          {chat !== null && chat.unread > 0 && (
            <span class="count strong" role="img" aria-label={t.unread(chat.unread)}>
              {chat.unread}
            </span>
          )}
        </span>
      </span>
    </a>
  );
}
