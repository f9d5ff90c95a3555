import { beforeAll, expect, test } from "bun:test";
import { newId } from "../src/base/ids.ts";
import { webhooks } from "../src/db/schema/webhook.ts";
import { withTenant } from "../src/db/tenant.ts";
import { inBrowser } from "./testing/in-browser.ts";

inBrowser("addresses that other programs hear of us at, in a browser", {}, (given) => {
  const { open } = given;
  const url = `https://hooks.example.com/${"a-long-way/".repeat(8)}`;

  beforeAll(async () => {
    const { stage, businessId } = given.office;
    const row = { id: newId(), businessId, url, events: ["lead.created" as const] };
    await withTenant(stage.db, businessId, (tx) => tx.insert(webhooks).values(row));
  });

  test("one is switched off, where nothing can be tried, and on again", async () => {
    const { page, close, violations, errors } = await open({ role: "owner", path: "/settings?tab=keys", width: 390 });
    const row = page.locator("main li.row", { hasText: url });
    await row.getByRole("button", { name: "כיבוי" }).click();
    await row.getByText("כבוי", { exact: true }).waitFor();
    await row.getByRole("button", { name: "ניסיון" }).waitFor({ state: "detached" });
    expect(await violations()).toEqual([]);
    await row.getByRole("button", { name: "הפעלה" }).click();
    await row.getByRole("button", { name: "ניסיון" }).waitFor();
    expect(await row.getByText("כבוי", { exact: true }).count()).toBe(0);
    expect(await page.locator(".page").boundingBox()).toMatchObject({ x: 0, width: 390 });
    expect(errors).toEqual([]);
    await close();
  });
});
