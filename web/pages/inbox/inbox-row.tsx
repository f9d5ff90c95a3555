import { ago, phoneText } from "../../format.ts";
import { type InboxLine, isSilent } from "../../models/inbox.ts";
import { inboxAddress } from "../../models/inbox-search.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Channel } from "../../parts/channel.tsx";
import { Marked } from "../../parts/marked.tsx";
import { inboxWords } from "../../strings/inbox.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

/** What a customer is called in the inbox. */
export const lineName = ({ name, phone }: Pick<InboxLine, "name" | "phone">): string =>
  name ?? (phone === null ? shellWords().unnamed : phoneText(phone));

interface InboxRowProps {
  line: InboxLine;
  current: boolean;
  /** What was searched: it stands out where it was found. */
  wanted?: string;
}

export function InboxRow({ line, current, wanted = "" }: InboxRowProps) {
  const t = inboxWords();
  const { chat, said } = line;
  const words = said.text ?? (said.by === "call" ? t.phoneCall : chat === null ? "" : t.deleted);
  return (
    <a class="row inbox-row" href={inboxAddress(line.customerId)} aria-current={current ? "true" : undefined}>
      <Avatar name={line.name} />
      <span class="row-main">
        <span class="inbox-top">
          <span class={`row-title ellipsis${chat?.unread ? " strong" : ""}`} dir="auto">
            <Marked text={lineName(line)} wanted={wanted} />
          </span>
          <span class="small muted inbox-time">{ago(line.at)}</span>
        </span>
        <span class="inbox-top">
          <Channel kind={said.by} />
          <span class="row-sub ellipsis grow" dir="auto">
            <Marked text={words} wanted={wanted} />
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
