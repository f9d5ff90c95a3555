import { nearTime } from "../../format.ts";
import { auditList } from "../../models/settings.ts";
import { AuditRows } from "../../parts/audit-rows.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { settingsWords } from "../../strings/settings.he.ts";

export const AuditTab = () => (
  <Loaded from={auditList}>
    {({ items }) =>
      items.length === 0 ? <p class="muted">{settingsWords().audit.none}</p> : <AuditRows items={items} at={nearTime} />
    }
  </Loaded>
);
