import { adminAudit } from "../../models/audit.ts";
import { AuditLog } from "../../parts/audit-log.tsx";
import { Page } from "../../parts/page.tsx";
import { settingsWords } from "../../strings/settings.he.ts";

export default function AdminAuditPage() {
  return (
    <Page narrow title={settingsWords().admin.audit}>
      <AuditLog of={adminAudit} />
    </Page>
  );
}
