import { link } from "../address.ts";
import { liveCalls } from "../models/live-calls.ts";
import { shellWords } from "../strings/shell.he.ts";

/** On a phone, in the head of whatever page is open: somebody is on the line now. Leads to that call. */
export function LiveNow() {
  const items = liveCalls.data.value?.items ?? [];
  const [only] = items;
  if (only === undefined) return null;
  const name = shellWords().live(items.length);
  return (
    <a
      class="btn ghost live-now"
      href={items.length === 1 ? link("/calls/:id", { id: only.id }) : "/calls"}
      aria-label={name}
      title={name}
    >
      <span class="live-dot" />
      <span class="numbers" data-count={items.length} />
    </a>
  );
}
