import { now } from "../../clock.ts";
import { addDays } from "../../dates.ts";
import { dayKey } from "../../format.ts";
import { chartColumn } from "../../icons.ts";
import { adminUsageBy, officesBy } from "../../models/admin.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { useResource } from "../../resource.ts";
import { settingsWords } from "../../strings/settings.he.ts";
import { UsageTable } from "../reports.tsx";

const days = 30;

export default function AdminUsagePage() {
  const t = settingsWords();
  const to = dayKey(now());
  const offices = useResource(officesBy("")).data.value?.items ?? [];
  const nameOf = (id: string) => offices.find((office) => office.id === id)?.name ?? id;
  return (
    <Page title={t.admin.usage} note={t.reports.days(days)}>
      <Loaded from={adminUsageBy(`${addDays(to, 1 - days)} ${to}`)}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={chartColumn} title={t.reports.nothing.title} text={t.reports.nothing.text} />
          ) : (
            <UsageTable items={items} label={t.admin.businesses} name={nameOf} />
          )
        }
      </Loaded>
    </Page>
  );
}
