import { beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { until } from "../src/e2e/testing/until.ts";
import { fillOffice } from "./testing/busy-day.ts";
import { devices, inBrowser } from "./testing/in-browser.ts";

/** A key as a Hebrew layout sends it: the place of the letter, another sign. */
async function pressHebrew(page: Page, code: string, key: string): Promise<void> {
  await page.evaluate(
    (init) =>
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true }),
      ),
    { code, key },
  );
}

const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? "");

inBrowser("the keyboard in a browser", {}, (given) => {
  const { open } = given;
  let customers: string[];

  beforeAll(async () => {
    customers = await fillOffice(given.office);
  }, 60_000);

  test("J and K move in a list on a Hebrew layout, Enter opens, G goes elsewhere", async () => {
    const { page, errors, close } = await open({ path: "/leads" });
    await page.getByRole("link", { name: /הדר ביטון/ }).waitFor();
    await pressHebrew(page, "KeyJ", "ח");
    expect(await focused(page)).toContain("הדר ביטון");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    expect(await focused(page)).toContain("נטע אורן");
    await page.keyboard.press("k");
    expect(await focused(page)).toContain("איתי שלום");
    await page.keyboard.press("x");
    await page.getByText("לקוח אחד נבחר").first().waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "איתי שלום" }).waitFor();
    await pressHebrew(page, "KeyG", "ע");
    await pressHebrew(page, "KeyI", "ן");
    await page.waitForURL("**/inbox");
    expect(errors).toEqual([]);
    await close();
  });

  test("in the inbox J finds the next chat, R writes, and what is written is no command", async () => {
    const { page, errors, close } = await open({ path: `/inbox?with=${customers[1]}` });
    await page.getByLabel("כתיבת הודעה").waitFor();
    await page.locator(`a[href*="${customers[0]}"]`).first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => !url.search.includes(customers[1]!));
    await page.goto(`${given.office.stage.listensAt}/inbox?with=${customers[1]}`);
    await page.getByLabel("כתיבת הודעה").waitFor();
    await page.keyboard.press("r");
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    await page.keyboard.type("jkgtx?/");
    expect(await page.getByLabel("כתיבת הודעה").inputValue()).toBe("jkgtx?/");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test("a task is written with T and done with E; a slash searches the page", async () => {
    const { page, errors, close } = await open({ path: "/tasks" });
    await page
      .getByRole("button", { name: /^סימון כבוצע/ })
      .first()
      .waitFor();
    const before = await page.getByRole("button", { name: /^סימון כבוצע/ }).count();
    await page.keyboard.press("t");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("j");
    await page.keyboard.press("e");
    await page.locator(".toast").waitFor();
    await page
      .getByRole("button", { name: /^סימון כבוצע/ })
      .nth(before - 1)
      .waitFor({ state: "detached" });
    await page.goto(`${given.office.stage.listensAt}/leads`);
    await page.getByRole("searchbox").waitFor();
    await until("the search has the focus", async () => {
      await page.keyboard.press("/"); // again where the page was not listening yet
      return page.evaluate(() => document.activeElement?.matches("main [type=search]") === true);
    });
    expect(errors).toEqual([]);
    await close();
  });

  test.each(devices.filter(({ width }) => width > 768))(
    "the list of keys opens with a question mark, is clean, and turns letters off ($language, $theme)",
    async (device) => {
      const { page, errors, shot, violations, close } = await open({ ...device, path: "/leads" });
      await page.keyboard.press("Shift+Slash");
      const dialog = page.getByRole("dialog", { name: /קיצורי מקלדת|Keyboard shortcuts/ });
      await dialog.waitFor();
      await shot("keys");
      expect(await violations()).toEqual([]);
      await dialog.getByRole("switch").click();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await page.keyboard.press("j");
      expect(await focused(page)).not.toContain("הדר ביטון");
      expect(errors).toEqual([]);
      await close();
    },
  );
});
