import { beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { fillOffice } from "./testing/busy-day.ts";
import { inBrowser } from "./testing/in-browser.ts";
import { password } from "./testing/office.ts";

/** The first such request is answered as fifteen minutes after the login: give the password again. */
async function wantPassword(page: Page, method: string, path: string): Promise<void> {
  let wanted = true;
  await page.route(path, async (route) => {
    if (!wanted || route.request().method() !== method) return route.fallback();
    wanted = false;
    await route.fulfill({ status: 403, json: { error: { code: "forbidden", message: "confirm_password" } } });
  });
}

inBrowser("the password that is asked for again, in a browser", {}, (given) => {
  const { open } = given;
  let customerId: string;

  beforeAll(async () => {
    [customerId = ""] = await fillOffice(given.office);
    await given.office.logIn("agent");
  }, 60_000);

  test("the transfer number on the assistant's page was saved for ever: no password prompt stood there", async () => {
    const { page, violations, close } = await open({ path: "/assistant" });
    await page.getByLabel("השם שלה").waitFor();
    await wantPassword(page, "PATCH", "**/api/settings");
    await page.getByLabel("למי מעבירים").fill("052-1234567");
    const save = page.getByRole("button", { name: "שמירה" });
    await save.click();
    await page.getByLabel("הסיסמה שלך").waitFor();
    expect(await violations()).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator(".btn[aria-busy]").waitFor({ state: "detached" });
    expect(await page.locator(".toast").count()).toBe(0);
    expect(await page.getByLabel("למי מעבירים").inputValue()).toBe("052-1234567");

    await page.unrouteAll();
    await wantPassword(page, "PATCH", "**/api/settings");
    await save.click();
    await page.getByLabel("הסיסמה שלך").fill(password);
    await page.getByRole("button", { name: "אישור" }).click();
    await page.getByText("בתוקף מהשיחה הבאה").waitFor();

    await wantPassword(page, "POST", "**/api/settings/transfer-check");
    await page.getByRole("button", { name: "התקשרו ואמתו" }).click();
    await page.getByLabel("הסיסמה שלך").fill(password);
    await page.getByRole("button", { name: "אישור" }).click();
    await page.getByText("מתקשרים עכשיו").waitFor();
    await close();
  });

  test("a customer could not be erased fifteen minutes after the login: the prompt stands over the question", async () => {
    const { page, close } = await open({ path: `/customers/${customerId}` });
    const more = page.locator("main").getByRole("button", { name: "פעולות נוספות" });
    await more.waitFor();
    await wantPassword(page, "POST", "**/erase");
    await more.click();
    await page.getByRole("menuitem", { name: /מחיקה/ }).click();
    await page.locator("dialog .btn.danger").click();
    await page.getByLabel("הסיסמה שלך").fill(password);
    await page.getByRole("button", { name: "אישור" }).click();
    await page.waitForURL("**/leads");
    await close();
  });

  test("whoever declines the password is not told that it was done, and keeps what was typed", async () => {
    const { page, close } = await open({ path: "/settings?tab=team" });
    const remove = page.getByRole("button", { name: /^הסרת יוסי/ });
    await remove.waitFor();
    await wantPassword(page, "DELETE", "**/api/team/*");
    await remove.click();
    await page.getByLabel("הסיסמה שלך").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".btn[aria-busy]").waitFor({ state: "detached" });
    expect(await page.locator(".toast").count()).toBe(0);
    await wantPassword(page, "POST", "**/api/team");
    await page.getByRole("button", { name: "הזמנה" }).click();
    await page.getByLabel("שם").fill("רינה");
    await page.getByLabel("אימייל").fill("rina@example.co.il");
    await page.locator("dialog").getByRole("button", { name: "הזמנה" }).click();
    await page.getByLabel("הסיסמה שלך").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".btn[aria-busy]").waitFor({ state: "detached" });
    expect(await page.getByLabel("אימייל").inputValue()).toBe("rina@example.co.il");

    await page.goto(`${given.office.stage.listensAt}/settings?tab=privacy`);
    await page.getByLabel("חודשים שהודעות נשמרות").fill("18");
    await wantPassword(page, "PATCH", "**/api/settings");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByLabel("הסיסמה שלך").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".btn[aria-busy]").waitFor({ state: "detached" });
    expect(await page.locator(".toast").count()).toBe(0);
    await close();
  });
});
