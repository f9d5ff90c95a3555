import { nearTime } from "../../format.ts";
import { auditList } from "../../models/settings.ts";
import { AuditRows } from "../../parts/audit-rows.tsx";
import { Loaded } from "../../parts/loaded.tsx";

export const AuditTab = () => (
  <Loaded from={auditList}>{({ items }) => <AuditRows items={items} at={nearTime} />}</Loaded>
);
