import { link } from "../../address.ts";
import { ago } from "../../format.ts";
import { choose, choosing, isChosen } from "../../models/chosen-leads.ts";
import { colleagueName, colleagues } from "../../models/colleagues.ts";
import { type Lead, leadName, shownLeads } from "../../models/leads.ts";
import { narrow } from "../../narrow.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Channel } from "../../parts/channel.tsx";
import { Phone } from "../../parts/phone.tsx";
import { VirtualRows } from "../../parts/virtual-rows.tsx";
import { useResource } from "../../resource.ts";
import { leadWords } from "../../strings/leads.he.ts";
import { ChooseAll } from "./choose-all.tsx";
import { StatusMenu } from "./status-menu.tsx";
import { useLongPress } from "./use-long-press.ts";

// As its letters: whoever reads large ones has taller rows.
const rowPx = 4 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

export function LeadList() {
  const t = leadWords();
  useResource(colleagues);
  return (
    <div class={`lead-list${choosing.value ? " choosing" : ""}`}>
      <div class="lead-head">
        <ChooseAll />
        <span aria-hidden="true">{t.columns.customer}</span>
        <span aria-hidden="true">{t.columns.status}</span>
        <span aria-hidden="true">{t.columns.source}</span>
        <span aria-hidden="true">{t.columns.owner}</span>
        <span aria-hidden="true">{t.columns.active}</span>
      </div>
      <VirtualRows items={shownLeads.value} keyOf={(lead) => lead.id} rowPx={rowPx} label={t.title}>
        {(lead) => <LeadRow lead={lead} />}
      </VirtualRows>
    </div>
  );
}

function LeadRow({ lead }: { lead: Lead }) {
  const t = leadWords();
  const [phone] = lead.phones;
  const name = leadName(lead);
  const on = isChosen(lead.id);
  const press = useLongPress(() => choose(lead.id, true));
  return (
    <div class={`lead-row hover${on ? " chosen" : ""}`} {...press}>
      <input
        type="checkbox"
        class="lead-choice"
        aria-label={t.many.choose(name)}
        aria-keyshortcuts="X"
        checked={on}
        onClick={(event) => choose(lead.id, event.currentTarget.checked, { range: event.shiftKey })}
      />
      <a
        class="lead-who row-link"
        href={link("/customers/:id", { id: lead.customerId })}
        onClick={(event) => {
          if (!choosing.value || !narrow.peek()) return;
          event.preventDefault();
          choose(lead.id, !isChosen(lead.id));
        }}
      >
        <Avatar name={lead.name} />
        <span class="grow">
          <span class="row-title ellipsis" dir="auto">
            {name}
          </span>
          {phone !== undefined && lead.name !== null && (
            <span class="row-sub">
              <Phone of={phone} />
            </span>
          )}
        </span>
      </a>
      <StatusMenu lead={lead} />
      <span class="lead-source">
        <Channel kind={lead.source} />
        {t.source[lead.source]}
      </span>
      <span class="lead-owner ellipsis" dir="auto">
        {colleagueName(lead.assigneeUserId)}
      </span>
      <span class="lead-active">{ago(lead.activeAt)}</span>
    </div>
  );
}
