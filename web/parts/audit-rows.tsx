interface Act {
  id: string;
  action: string;
  subject: string;
  actorName: string;
  createdAt: string;
}

/** Who did what, newest first. Actions are the server's words: they are looked up, not read aloud. */
export function AuditRows({ items, at }: { items: readonly Act[]; at: (instant: string) => string }) {
  return (
    <ul class="rows">
      {items.map(({ id, action, subject, actorName, createdAt }) => (
        <li key={id} class="row">
          <span class="row-main">
            <span class="row-title" dir="auto">
              {actorName}
            </span>
            <bdi class="row-sub" dir="ltr">
              {action} {subject}
            </bdi>
          </span>
          <span class="row-side">{at(createdAt)}</span>
        </li>
      ))}
    </ul>
  );
}
