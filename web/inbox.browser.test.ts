import { beforeAll, expect, test } from "bun:test";
import { fillOffice, hardNames } from "./testing/busy-day.ts";
import { devices, inBrowser } from "./testing/in-browser.ts";

inBrowser("the inbox in a browser", {}, (given) => {
  const { open } = given;
  let customers: string[];

  beforeAll(async () => {
    customers = await fillOffice(given.office, hardNames);
  }, 60_000);

  test.each(devices)("list, chat and call are clean at $width px, $language, $theme", async (device) => {
    const paths = { inbox: "/inbox", chat: `/inbox?with=${customers[1]}`, caller: `/inbox?with=${customers[0]}` };
    for (const [name, path] of Object.entries(paths)) {
      const panel = await open({ ...device, path });
      await panel.shot(name);
      expect({ name, problems: await panel.violations() }).toEqual({ name, problems: [] });
      const wide = await panel.page.evaluate(() => document.querySelector("main")!.scrollWidth > innerWidth);
      expect({ name, wide, errors: panel.errors }).toEqual({ name, wide: false, errors: [] });
      await panel.close();
    }
  });

  test("one line per customer leads to one thread; a person takes over, writes, and hands back", async () => {
    const { page, errors, close } = await open({ path: "/inbox", width: 390 });
    await page.getByRole("link", { name: /יוסי אברהמי/ }).click();
    const log = page.getByRole("log");
    await log.getByText("מחר אחרי העבודה").waitFor();
    await page.getByRole("button", { name: "לענות במקומה" }).click();
    await page.getByText("הצוות עונה.").waitFor();
    await page.getByLabel("כתיבת הודעה").fill("שלום, כאן דנה מהמשרד <b>😀</b>");
    await page.getByRole("button", { name: "שליחה" }).click();
    await log.getByText("שלום, כאן דנה מהמשרד <b>😀</b>").waitFor();
    await log.getByRole("img", { name: "ממתינה לשליחה" }).waitFor();
    expect(await page.getByLabel("כתיבת הודעה").inputValue()).toBe("");
    await page.getByRole("button", { name: "החזרה לעוזרת" }).click();
    await page.getByText("העוזרת עונה בשיחה הזאת.").waitFor();
    await page.getByRole("link", { name: "חזרה" }).click();
    await page.getByRole("list", { name: "שיחות עם לקוחות" }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("what cannot be sent says why and is not lost", async () => {
    const { page, close } = await open({ path: `/inbox?with=${customers[1]}` });
    await page.getByLabel("כתיבת הודעה").fill("בלי רשת");
    await page.context().setOffline(true);
    await page.locator(".banner.offline").waitFor();
    await page.getByRole("button", { name: "שליחה" }).click();
    await page.getByText("אין חיבור לרשת. הפעולה לא בוצעה.").waitFor();
    expect(await page.getByLabel("כתיבת הודעה").inputValue()).toBe("בלי רשת");
    await close();
  });

  test("a person is found by a part of the number from anywhere", async () => {
    const { page, errors, close } = await open();
    await page.keyboard.press("Control+KeyK");
    await page.getByRole("combobox").fill("0022");
    await page.getByRole("option", { name: /דנה לוי/ }).click();
    await page.getByRole("heading", { name: "דנה לוי", level: 1 }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});
