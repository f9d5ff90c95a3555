import { ownAudit } from "../../models/audit.ts";
import { colleagues } from "../../models/colleagues.ts";
import { AuditLog } from "../../parts/audit-log.tsx";
import { useResource } from "../../resource.ts";

export const AuditTab = () => <AuditLog of={ownAudit} people={useResource(colleagues).data.value ?? []} />;
