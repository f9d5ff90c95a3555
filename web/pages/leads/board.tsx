import { useSignal } from "@preact/signals";
import { link } from "../../address.ts";
import { ago, number } from "../../format.ts";
import { ellipsisVertical } from "../../icons.ts";
import { byStatus, type Lead, type LeadStatus, leadName, leads, setStatus, statuses } from "../../models/leads.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Badge } from "../../parts/badge.tsx";
import { Channel } from "../../parts/channel.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Menu } from "../../parts/menu.tsx";
import { leadWords } from "../../strings/leads.he.ts";
import { StatusItems } from "./status-menu.tsx";

// A column beyond this is searched, not scrolled.
const cardsMax = 60;
const dragType = "text/x-lead";

/** Leads by status. Cards are dragged with a mouse; the menu of each does the same by touch and by keyboard. */
export function Board() {
  return (
    <div class="board">
      {statuses.data.value?.map((status) => (
        <Column key={status.key} status={status} items={byStatus.value.get(status.key) ?? []} />
      ))}
    </div>
  );
}

function Column({ status, items }: { status: LeadStatus; items: readonly Lead[] }) {
  const t = leadWords();
  const over = useSignal(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    over.value = false;
    const id = event.dataTransfer?.getData(dragType);
    const lead = leads.value.find((candidate) => candidate.id === id);
    if (lead) void setStatus(lead, status);
  };
  return (
    <section
      class={`board-column${over.value ? " over" : ""}`}
      aria-label={status.label}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes(dragType)) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={drop}
    >
      <h2 class="board-head">
        <Badge hue={status.hue}>{status.label}</Badge>
        <span class="muted numbers">{number(items.length)}</span>
      </h2>
      <ul class="board-cards">
        {items.slice(0, cardsMax).map((lead) => (
          <Card key={lead.id} lead={lead} />
        ))}
      </ul>
      {items.length === 0 && <p class="small muted board-none">{t.noneInColumn}</p>}
      {items.length > cardsMax && <p class="small muted board-none">{t.more(items.length - cardsMax)}</p>}
    </section>
  );
}

function Card({ lead }: { lead: Lead }) {
  const t = leadWords();
  const name = leadName(lead);
  const move = t.moveTo(name);
  return (
    <li
      class="card board-card"
      draggable
      onDragStart={(event) => {
        event.dataTransfer?.setData(dragType, lead.id);
        if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
      }}
    >
      <a class="board-who" href={link("/customers/:id", { id: lead.customerId })} draggable={false}>
        <Avatar name={lead.name} size="small" />
        <span class="row-title ellipsis" dir="auto">
          {name}
        </span>
      </a>
      <Menu
        look="btn ghost icon-only"
        trigger={<Icon of={ellipsisVertical} />}
        label={move}
        items={() => (
          <>
            <div class="menu-label ellipsis">{move}</div>
            <StatusItems lead={lead} />
          </>
        )}
      />
      <span class="board-facts">
        <Channel kind={lead.source} label={t.source[lead.source]} />
        {ago(lead.activeAt)}
      </span>
    </li>
  );
}
