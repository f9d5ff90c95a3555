import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import { withSystem } from "../src/db/tenant.ts";
import { until } from "../src/e2e/testing/until.ts";
import { fillOffice } from "./testing/busy-day.ts";
import { inBrowser } from "./testing/in-browser.ts";
import { password, people } from "./testing/office.ts";

inBrowser("a session that ends, in a browser", {}, (given) => {
  const { open } = given;

  const endOf = (email: string) =>
    withSystem(given.office.stage.db, (tx) =>
      tx.execute(sql`delete from sessions where user_id = (select id from users where email = ${email})`),
    );
  /** Presses "save" and ends the session while that is on its way: the quiet line's own question may come before or after. */
  const endWhileSaving = async (page: Page) => {
    const held = Promise.withResolvers<void>();
    await page.route("**/api/leads", async (route) => {
      await held.promise;
      await route.continue();
    });
    const asked = page.waitForRequest("**/api/leads");
    await page.getByRole("button", { name: "שמירה" }).click();
    await asked;
    await endOf(people.owner.email);
    // The process hears of it a moment later: until then the change would still be let through.
    const me = `${given.office.stage.listensAt}/api/auth/me`;
    await until("the session's end", async () => (await page.request.get(me)).status() === 401);
    held.resolve();
    await again(page).waitFor();
  };
  const again = (page: Page) => page.getByRole("dialog", { name: "נדרשת כניסה מחדש" });
  const enter = async (page: Page, email: string, secret = password) => {
    await again(page).getByLabel("אימייל").fill(email);
    await again(page).getByLabel("סיסמה").fill(secret);
    await again(page).getByRole("button", { name: "כניסה" }).click();
  };
  const but401 = (errors: readonly string[]) => errors.filter((line) => !line.includes("401"));

  test("what was being saved is saved after the login, without a letter typed twice", async () => {
    const { page, errors, violations, shot, close } = await open({ path: "/leads?new=1", width: 390 });
    const dialog = page.getByRole("dialog", { name: "לקוח חדש" });
    await dialog.getByLabel("שם").fill("גליה רז");
    await dialog.getByLabel("טלפון").fill("054-7654321");
    await endWhileSaving(page);
    expect(await again(page).getByLabel("אימייל").inputValue()).toBe(people.owner.email);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await enter(page, people.owner.email, "לא הסיסמה הזאת");
    await again(page).getByText("האימייל או הסיסמה לא נכונים.").waitFor();
    await shot("login-again");
    expect(await violations()).toEqual([]);
    await enter(page, people.owner.email);
    await again(page).waitFor({ state: "detached" });
    await page.locator(".toast").getByText("גליה רז").waitFor();
    await dialog.waitFor({ state: "detached" });
    expect(but401(errors)).toEqual([]);
    await close();
  });

  test("a quiet page asks by itself, and a half-written note and prompt are where they were", async () => {
    const [customer = ""] = await fillOffice(given.office);
    for (const [path, label] of [
      [`/customers/${customer}`, "הערה"],
      ["/assistant?tab=does", "איך העסק מבקש לפעול"],
    ] as const) {
      const { page, errors, close } = await open({ path });
      const field = page.getByRole("textbox", { name: label }).first();
      await field.fill("באמצע משפט");
      await endOf(people.owner.email);
      await again(page).waitFor();
      await enter(page, people.owner.email);
      await again(page).waitFor({ state: "detached" });
      expect(await field.inputValue()).toBe("באמצע משפט");
      await page.locator(".banner.offline").waitFor({ state: "detached" });
      expect(but401(errors)).toEqual([]);
      await close();
    }
  });

  test("somebody else who logs in there gets a page of their own, and nothing waits on in their name", async () => {
    await (await open({ role: "agent" })).close(); // has a password from here on
    const { page, close } = await open({ path: "/leads?new=1" });
    await page.getByRole("dialog", { name: "לקוח חדש" }).getByLabel("שם").fill("לא של יוסי");
    await endWhileSaving(page);
    await enter(page, people.agent.email);
    await page.locator(".side-foot").getByText(people.agent.name).waitFor();
    await page.getByRole("dialog", { name: "לקוח חדש" }).waitFor();
    expect(await page.getByLabel("שם").first().inputValue()).toBe("");
    expect(await page.getByText("לא של יוסי").count()).toBe(0);
    await close();
  });
});
