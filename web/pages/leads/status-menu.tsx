import { check } from "../../icons.ts";
import { type Lead, leadName, setStatus, statuses } from "../../models/leads.ts";
import { Icon } from "../../parts/icon.tsx";
import { Menu, MenuItem } from "../../parts/menu.tsx";
import { leadWords } from "../../strings/leads.he.ts";

/** The status as a badge that opens a menu of the others: the way to move a lead by touch and by keyboard. */
export function StatusMenu({ lead }: { lead: Lead }) {
  const trigger = (
    <span class="ellipsis" dir="auto">
      {lead.statusLabel}
    </span>
  );
  return (
    <span class="status" style={{ "--hue": lead.hue }}>
      <Menu
        look="badge dot"
        trigger={trigger}
        label={`${lead.statusLabel}. ${leadWords().changeStatus(leadName(lead))}`}
        items={() => <StatusItems lead={lead} />}
      />
    </span>
  );
}

export function StatusItems({ lead }: { lead: Lead }) {
  return (
    <>
      {statuses.data.value?.map((status) => (
        <MenuItem key={status.key} checked={status.key === lead.status} onClick={() => void setStatus(lead, status)}>
          <span class="grow">
            <span class="badge dot" style={{ "--hue": status.hue }}>
              <span class="ellipsis" dir="auto">
                {status.label}
              </span>
            </span>
          </span>
          {status.key === lead.status && <Icon of={check} />}
        </MenuItem>
      ))}
    </>
  );
}
