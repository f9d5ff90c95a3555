import { messageCircle } from "../icons.ts";
import { chats, recentCalls } from "../models/inbox.ts";
import { Empty } from "../parts/empty.tsx";
import { Page } from "../parts/page.tsx";
import { useResource } from "../resource.ts";
import { query } from "../router.ts";
import { inboxWords } from "../strings/inbox.he.ts";
import { InboxList } from "./inbox/list.tsx";
import { Thread } from "./inbox/thread.tsx";

/** One line per customer at the side, the whole conversation beside it; on a phone one of the two. */
export default function InboxPage() {
  const t = inboxWords();
  useResource(chats);
  useResource(recentCalls);
  const chosen = query.value.get("with");
  return (
    <Page title={t.title} full>
      <div class={`inbox${chosen ? " chosen" : ""}`}>
        <InboxList chosen={chosen} />
        {chosen ? (
          <Thread key={chosen} customerId={chosen} />
        ) : (
          <div class="inbox-none only-wide">
            <Empty icon={messageCircle} title={t.pick.title} text={t.pick.text} />
          </div>
        )}
      </div>
    </Page>
  );
}
