import { link } from "../../address.ts";
import { ago } from "../../format.ts";
import { type Lead, leadName, shownLeads } from "../../models/leads.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Channel } from "../../parts/channel.tsx";
import { Phone } from "../../parts/phone.tsx";
import { VirtualRows } from "../../parts/virtual-rows.tsx";
import { leadWords } from "../../strings/leads.he.ts";
import { StatusMenu } from "./status-menu.tsx";

const rowPx = 64;

export function LeadList() {
  const t = leadWords();
  return (
    <div class="lead-list">
      <div class="lead-head" aria-hidden="true">
        <span>{t.columns.customer}</span>
        <span>{t.columns.status}</span>
        <span>{t.columns.source}</span>
        <span>{t.columns.active}</span>
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
  return (
    <div class="lead-row hover">
      <a class="lead-who row-link" href={link("/customers/:id", { id: lead.customerId })}>
        <Avatar name={lead.name} />
        <span class="grow">
          <span class="row-title ellipsis" dir="auto">
            {leadName(lead)}
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
      <span class="lead-active">{ago(lead.activeAt)}</span>
    </div>
  );
}
