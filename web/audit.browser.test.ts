import { beforeAll, expect, test } from "bun:test";
import { newId } from "../src/base/ids.ts";
import { auditLog } from "../src/db/schema/audit.ts";
import { withTenant } from "../src/db/tenant.ts";
import { inBrowser } from "./testing/in-browser.ts";

const [rina, avi] = [newId(), newId()];
const acts = 70;

inBrowser("the log of who did what in a browser", {}, (given) => {
  const { open } = given;

  beforeAll(async () => {
    const { stage, businessId } = given.office;
    // Older than what logging in writes down; every seventh is Avi's, on a day of its own.
    const rows = Array.from({ length: acts }, (_, index) => {
      const avis = index % 7 === 0;
      return {
        id: newId(),
        businessId,
        userId: avis ? avi : rina,
        actorName: avis ? "אבי" : "רינה",
        action: avis ? "lead.export" : "task.complete",
        subject: "x",
        detail: {},
        createdAt: Temporal.Instant.from(avis ? "2026-03-01T09:00:00Z" : "2026-03-02T09:00:00Z").add({
          seconds: index,
        }),
      };
    });
    await withTenant(stage.db, businessId, (tx) => tx.insert(auditLog).values(rows));
  });

  for (const [role, path] of [
    ["owner", "/settings?tab=audit"],
    ["system_admin", "/admin/audit"],
  ] as const)
    test(`${role}: older acts are added until the first, and person, kind and day narrow them`, async () => {
      const { page, close, violations, errors } = await open({ role, path, width: 390 });
      const exported = page.locator("main li.row", { hasText: "הורדת לקוחות" });
      const done = page.locator("main li.row", { hasText: "משימה בוצעה" });
      await done.first().waitFor();
      expect(await exported.count()).toBe(0);
      await page.getByRole("button", { name: "עוד", exact: true }).click();
      await exported.first().waitFor();
      expect([await exported.count(), await done.count()]).toEqual([10, 60]);
      expect(await page.getByRole("button", { name: "עוד", exact: true }).count()).toBe(0);

      await page.getByLabel("מי").selectOption({ label: "אבי" });
      await done.first().waitFor({ state: "detached" });
      await exported.first().waitFor();
      expect(await exported.count()).toBe(10);
      await page.getByLabel("סוג הפעולה").selectOption("task");
      await page.getByText("לא נמצאו פעולות כאלה").waitFor();
      expect(await violations()).toEqual([]);
      await page.getByLabel("מי").selectOption("");
      await done.first().waitFor();
      await page.getByLabel("סוג הפעולה").selectOption("");
      await page.getByLabel("יום").fill("2026-03-01");
      await exported.first().waitFor();
      expect([await exported.count(), await done.count()]).toEqual([10, 0]);
      await page.reload(); // the choice is in the address
      await exported.first().waitFor();
      expect([await exported.count(), await done.count()]).toEqual([10, 0]);
      expect(await page.getByLabel("יום").inputValue()).toBe("2026-03-01");
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(await violations()).toEqual([]);
      expect(errors).toEqual([]);
      await close();
    });
});
