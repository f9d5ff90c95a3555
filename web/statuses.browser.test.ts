import { beforeAll, expect, test } from "bun:test";
import { fillOffice } from "./testing/busy-day.ts";
import { devices, inBrowser } from "./testing/in-browser.ts";

inBrowser("a business's own statuses in a browser", {}, (given) => {
  const { open } = given;

  beforeAll(async () => {
    await fillOffice(given.office);
  }, 60_000);

  test.each(devices)("the list and its dialog are clean at $width px, $language, $theme", async (device) => {
    const panel = await open({ ...device, path: "/settings?tab=statuses" });
    await panel.shot("statuses");
    expect(await panel.violations()).toEqual([]);
    await panel.page.getByRole("button", { name: /סטטוס חדש|New status/ }).click();
    await panel.shot("status-new");
    expect(await panel.violations()).toEqual([]);
    expect(panel.errors).toEqual([]);
    await panel.close();
  });

  test("one is added, moved up and renamed, and every open list shows it; its customers go where they are sent", async () => {
    const leads = await open({ path: "/leads", role: "agent" });
    const chip = (name: string) => leads.page.getByRole("button", { name: new RegExp(`^${name}`) }).first();
    const { page, errors, close } = await open({ path: "/settings?tab=statuses" });
    await page.getByRole("button", { name: "סטטוס חדש" }).click();
    await page.getByLabel("שם הסטטוס").fill("ממתין לנוטריון");
    await page.getByRole("button", { name: "שמירה" }).click();
    await chip("ממתין לנוטריון").waitFor();
    await page.getByRole("button", { name: "ממתין לנוטריון: מקום אחד קודם" }).click();
    await page.getByRole("listitem").nth(5).getByText("ממתין לנוטריון").waitFor();
    await page.getByRole("button", { name: "עריכת בטיפול" }).click();
    await page.getByLabel("שם הסטטוס").fill("אצלנו בטיפול");
    await page.getByRole("button", { name: "שמירה" }).click();
    await leads.page.getByRole("listitem").getByText("אצלנו בטיפול").first().waitFor();
    await page.getByRole("button", { name: "הסרת אצלנו בטיפול" }).click();
    await page.getByLabel("לאן עוברים").selectOption({ label: "ממתין לנוטריון" });
    await page.getByRole("dialog").getByRole("button", { name: "מחיקה" }).click();
    await page.getByText(/הסטטוס הוסר, \d+ לקוחות עברו/).waitFor();
    await leads.page.getByRole("listitem").getByText("ממתין לנוטריון").first().waitFor();
    expect(await page.getByRole("button", { name: "הסרת חדש" }).count()).toBe(0);
    expect([...errors, ...leads.errors]).toEqual([]);
    await leads.close();
    await close();
  });
});
