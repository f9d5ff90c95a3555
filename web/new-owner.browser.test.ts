import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { firstAdminLink } from "../src/auth/links.ts";
import { systemClock } from "../src/base/clock.ts";
import { openStage, type Stage } from "../src/e2e/testing/stage.ts";
import { chromiumPath, launchBrowser } from "./testing/browser.ts";
import { microphoneFlags } from "./testing/microphone.ts";
import { password } from "./testing/office.ts";
import { openPanel } from "./testing/open-panel.ts";

setDefaultTimeout(180_000); // a whole evening of a new owner, on two busy cores

/** P3: from the link that the first start prints to a booked test meeting, on a phone, without a key or a document. */
describe.skipIf(chromiumPath === null)("a new owner's first ten minutes", () => {
  let browser: Browser;
  let stage: Stage;
  beforeAll(async () => {
    [browser, stage] = await Promise.all([
      launchBrowser(await microphoneFlags()),
      openStage({ environment: { OPENAI_API_KEY: "" } }),
    ]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, 90_000);

  test("link, password, business, assistant, test call, booked meeting", async () => {
    const printed = await firstAdminLink(stage.db, systemClock.instant());
    const office = { stage, logIn: async () => [] };
    const path = `/welcome#${printed?.token}`;
    const { page, errors, shot, violations } = await openPanel(browser, office, { role: null, width: 390, path });
    const clean = async (name: string) => {
      await shot(`new-owner-${name}`);
      expect(await violations()).toEqual([]);
    };

    await page.getByLabel("סיסמה חדשה").fill(password);
    await page.getByRole("button", { name: "שמירה וכניסה" }).click();
    await page.getByText("חובה").first().waitFor(); // nobody could come back without an address
    await page.getByLabel("שם", { exact: true }).fill("דנה לוי");
    await page.getByLabel("אימייל").fill("dana@example.co.il");
    await clean("1-welcome");
    await page.getByRole("button", { name: "שמירה וכניסה" }).click();

    await page.getByRole("heading", { name: "פותחים את העסק" }).waitFor();
    await clean("2-business");
    await page.getByLabel("שם העסק").fill("מספרת דנה");
    await page.getByLabel("עיר").fill("חיפה");
    await page.getByRole("button", { name: "פתיחה וכניסה" }).click();

    await page.getByText("עשר הדקות הראשונות").waitFor();
    await clean("3-today");
    await page.getByRole("link", { name: /לדבר עם העוזרת בדפדפן/ }).click();
    await page.getByRole("button", { name: "התחלת שיחה" }).click();
    await page.locator(".turn-who.assistant").first().waitFor();
    await page.locator(".turn-who.caller").first().waitFor();
    await clean("4-test-call");
    await page.getByRole("button", { name: "סיום השיחה" }).click();
    await page.getByRole("link", { name: "לשיחה ביומן" }).click();
    await page.getByRole("heading", { name: "תמלול" }).waitFor();
    await clean("5-call");

    await page.getByRole("link", { name: "היום", exact: true }).click();
    await page.getByRole("link", { name: /שעות פעילות/ }).click();
    await page.getByRole("heading", { name: "הגדרות" }).waitFor();
    await clean("6-hours");

    await page.getByRole("link", { name: "היום", exact: true }).click();
    await page.getByRole("link", { name: /חמישה דברים/ }).click();
    await page.getByRole("heading", { name: "העוזרת" }).waitFor();
    await clean("7-assistant");

    await page.getByRole("link", { name: "היום", exact: true }).click();
    await page.getByRole("link", { name: /פגישת ניסיון/ }).click();
    await page.getByRole("heading", { name: "יומן" }).waitFor();
    await clean("8-calendar");
    await page.getByRole("button", { name: "פגישה חדשה" }).click();
    await page.getByLabel("שם הלקוח").fill("לקוחה לניסיון");
    await page.getByLabel("טלפון").fill("054-2234567");
    // The day after tomorrow, at ten: whenever this runs, it is not over yet.
    const day = Temporal.Now.plainDateISO("Asia/Jerusalem").add({ days: 2 });
    await page.getByLabel("תאריך").fill(day.toString());
    await page.getByLabel("שעה").fill("10:00");
    await clean("9-meeting");
    await page.getByRole("button", { name: "קביעה" }).click();
    await page.getByText("הפגישה נקבעה").waitFor();
    await page.locator("main").getByText("לקוחה לניסיון").waitFor(); // in next week's agenda too
    await clean("10-booked");
    await page.getByRole("link", { name: "היום", exact: true }).click();
    await page.getByRole("link", { name: /פגישת ניסיון ביומן \(בוצע\)/ }).waitFor();
    await clean("11-today");

    // The next morning: who runs the only business is inside it after the login, and outside for as long as they left it.
    await page.getByRole("link", { name: "עוד", exact: true }).click();
    await page.getByRole("button", { name: "יציאה מהחשבון" }).click();
    await page.getByLabel("אימייל").fill("dana@example.co.il");
    await page.getByLabel("סיסמה").fill(password);
    await page.getByRole("button", { name: "כניסה" }).click();
    await page.getByRole("heading", { name: "היום", exact: true }).waitFor();
    await page.getByText("נכנסת לעסק מספרת דנה").waitFor();
    await page.getByRole("button", { name: "יציאה מהעסק" }).click();
    await page.waitForURL("**/admin/businesses");
    await page.reload();
    await page.getByRole("heading", { name: "עסקים" }).waitFor();
    await page.getByRole("link", { name: "ביקורת" }).click();
    await page.getByText("כניסה לעסק כמנהל מערכת").nth(1).waitFor();
    expect(errors).toEqual([]);
  });
});
