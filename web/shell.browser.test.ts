import { expect, test } from "bun:test";
import { limits } from "../src/limits.ts";
import { cleanPages, devices, inBrowser } from "./testing/in-browser.ts";
import { password, people } from "./testing/office.ts";

inBrowser("the panel's shell in a browser", {}, (given) => {
  const { open } = given;

  const all = [...devices, { width: 900, language: "he", theme: "light" }] as const;
  cleanPages(given, {
    devices: all,
    pages: () => ({ today: "/", notifications: "/notifications", more: "/more", nowhere: "/nowhere" }),
  });

  test("a link lets a person choose a password once, then the password opens the panel where it was left", async () => {
    const link = await given.office.linkFor("agent");
    const { page, violations, shot } = await open({
      role: null,
      path: link.slice(given.office.stage.listensAt.length),
    });
    await page.getByText(`${limits.passwordCharsMin} תווים לפחות`).waitFor(); // it said 12, where 10 were enough
    await page.getByLabel("סיסמה חדשה").fill("קצר");
    await page.getByRole("button", { name: "שמירה וכניסה" }).click();
    await page.getByText(`קצר מדי: לפחות ${limits.passwordCharsMin} תווים`).waitFor();
    await shot("welcome");
    expect(await violations()).toEqual([]);
    await page.getByLabel("סיסמה חדשה").fill(password);
    await page.getByRole("button", { name: "שמירה וכניסה" }).click();
    await page.getByRole("navigation").first().waitFor();

    const again = await open({ role: null, path: link.slice(given.office.stage.listensAt.length) });
    await again.page.getByText("הקישור כבר לא פעיל").waitFor();

    await again.page.goto(`${given.office.stage.listensAt}/notifications`);
    await again.page.getByLabel("אימייל").fill(people.agent.email);
    await again.page.getByLabel("סיסמה").fill("לא נכון בכלל");
    await again.page.getByRole("button", { name: "כניסה" }).click();
    await again.page.getByRole("alert").getByText("לא נכונים").waitFor();
    await again.shot("login");
    expect(await again.violations()).toEqual([]);
    await again.page.getByLabel("סיסמה").fill(password);
    await again.page.getByRole("button", { name: "כניסה" }).click();
    await again.page.getByRole("heading", { name: "התראות", exact: true }).waitFor();
  });

  test("Ctrl+K finds a page on any keyboard layout, Escape closes it", async () => {
    const { page, errors } = await open();
    await page.keyboard.press("Control+KeyK");
    await page.getByRole("combobox").fill("תצוגה: כ");
    await page.keyboard.press("Enter");
    await page.locator("html[data-theme=dark]").waitFor();
    await page.keyboard.press("Control+KeyK");
    await page.getByRole("combobox").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("combobox").waitFor({ state: "detached" });
    expect(errors).toEqual([]);
  });

  test("the language changes in place and for good, and the page turns over", async () => {
    const { page, errors } = await open({ path: "/more" });
    await page.locator("main").getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "More" }).waitFor();
    await page.locator("html[dir=ltr]").waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "More" }).waitFor();
    expect(errors).toEqual([]);
  });

  test("a system_admin sees whose business it is on every page, and leaves it with one button", async () => {
    const { page, violations, shot } = await open({ role: "system_admin" });
    const entered = await page.evaluate(async (businessId) => {
      const csrf = /csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";
      const answer = await fetch("/api/auth/impersonation", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": decodeURIComponent(csrf) },
        body: JSON.stringify({ businessId }),
      });
      return answer.status;
    }, given.office.businessId);
    expect(entered).toBe(200);
    await page.goto(`${given.office.stage.listensAt}/notifications`);
    await page.getByText("נכנסת לעסק נדל״ן השרון").waitFor();
    await page.waitForFunction(() => document.title.includes("נדל״ן השרון"));
    await shot("impersonating");
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "יציאה מהעסק" }).click();
    await page.waitForURL("**/admin/businesses");
    await page.getByText("נכנסת לעסק").waitFor({ state: "detached" });
  });

  test("what another tab has left is no longer shown, nor acted on", async () => {
    const { page, close } = await open({ role: "system_admin", path: "/admin/businesses" });
    const enter = page.getByRole("button", { name: "כניסה", exact: true }).first();
    await enter.click();
    await page.getByText("נכנסת לעסק").waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole("button", { name: "יציאה מהעסק" }).click();
    await other.waitForURL("**/admin/businesses");
    await page.getByText("נכנסת לעסק").waitFor({ state: "detached" });
    await close();
  });

  test("the first step of the keyboard leads past the navigation", async () => {
    const { page, errors, close } = await open({ path: "/tasks" });
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.id === "main");
    expect(errors).toEqual([]);
    await close();
  });

  test("without a network the old data stays with its time, and changes are refused with the reason", async () => {
    const { page } = await open({ path: "/assistant?tab=does" });
    await page.getByLabel("איך העסק מבקש לפעול").fill("לדבר בקיצור");
    await page.context().setOffline(true);
    await page.locator(".banner.offline").waitFor();
    await page.getByRole("button", { name: "שמירה והפעלה" }).click();
    await page.locator(".toast").getByText("אין חיבור לרשת. הפעולה לא בוצעה.").waitFor();
    expect(await page.getByLabel("איך העסק מבקש לפעול").inputValue()).toBe("לדבר בקיצור");
    await page.context().setOffline(false);
    await page.locator(".banner.offline").waitFor({ state: "detached" });
  });
});
