import { link } from "../address.ts";
import { authorText } from "../author.ts";
import type { Act } from "../models/audit.ts";
import { me } from "../session.ts";
import { auditWords } from "../strings/audit.he.ts";

/** Who did what, newest first; what it was done to is one press away where it has a page. */
export function AuditRows({ items, at }: { items: readonly Act[]; at: (instant: string) => string }) {
  const t = auditWords();
  if (items.length === 0) return <p class="muted">{t.none}</p>;
  return (
    <ul class="rows">
      {items.map(({ id, action, subject, actorName, createdAt }) => (
        <li key={id} class="row">
          <span class="row-main" title={`${action} ${subject}`}>
            <span class="row-title">
              {/* an act that this page does not know is shown by its name */}
              {action in t.acts ? t.acts[action as keyof typeof t.acts] : <bdi dir="ltr">{action}</bdi>}
            </span>
            <span class="row-sub ellipsis" dir="auto">
              {authorText(actorName)}
            </span>
          </span>
          <span class="row-side">
            {me.value?.business && <Subject of={subject} />}
            {at(createdAt)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Subject({ of }: { of: string }) {
  const [kind, id = ""] = of.split(":");
  const to =
    kind === "customer" ? link("/customers/:id", { id }) : kind === "call" ? link("/calls/:id", { id }) : undefined;
  return to === undefined ? null : <a href={to}>{auditWords().open}</a>;
}
