import { nearTime } from "../../format.ts";
import { adminAudit } from "../../models/admin.ts";
import { AuditRows } from "../../parts/audit-rows.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { settingsWords } from "../../strings/settings.he.ts";

export default function AdminAuditPage() {
  const t = settingsWords();
  return (
    <Page narrow title={t.admin.audit}>
      <Loaded from={adminAudit}>{({ items }) => <AuditRows items={items} at={nearTime} />}</Loaded>
    </Page>
  );
}
