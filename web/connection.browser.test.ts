import { expect, test } from "bun:test";
import { inBrowser } from "./testing/in-browser.ts";
import { password } from "./testing/office.ts";

inBrowser("a line that fails for a moment, in a browser", {}, (given) => {
  const { open } = given;

  test("one answer that was lost locked every later action as offline, though the line was fine", async () => {
    const { page, close } = await open({ path: "/assistant?tab=does" });
    let lost = 0;
    await page.route("**/api/prompts/call", async (route) => {
      if (route.request().method() !== "PUT" || lost > 0) return route.fallback();
      lost += 1;
      await route.abort("connectionreset");
    });
    await page.getByLabel("איך העסק מבקש לפעול").fill("לדבר בקיצור");
    const save = page.getByRole("button", { name: "שמירה והפעלה" });
    await save.click();
    await page.locator(".toast").getByText("לא ידוע אם הפעולה בוצעה").waitFor();
    await page.locator(".banner.offline").waitFor({ state: "detached" });
    await save.click();
    await page.locator(".toast").getByText("בתוקף מהשיחה הבאה").waitFor();
    await close();
  });

  test("a page without a stream stayed offline for good after one lost answer", async () => {
    const link = await given.office.linkFor("agent");
    const { page, close } = await open({ role: null, path: link.slice(given.office.stage.listensAt.length) });
    let probes = 0;
    await page.route("**/health/live", async (route) => {
      probes += 1;
      if (probes > 1) return route.fallback();
      await route.abort("connectionrefused");
    });
    await page.route("**/api/auth/link/accept", (route) => route.abort("connectionreset"), { times: 1 });
    await page.getByLabel("סיסמה חדשה").fill(password);
    const enter = page.getByRole("button", { name: "שמירה וכניסה" });
    const heard = page.waitForResponse("**/health/live");
    await enter.click();
    await page.locator(".toast").getByText("לא ידוע אם הפעולה בוצעה").waitFor();
    await heard;
    await enter.click();
    await page.getByRole("navigation").first().waitFor();
    expect(probes).toBe(2);
    await close();
  });

  test("a failed look at who is logged in mounted the page without an identity; nothing else is asked for before it succeeds", async () => {
    const { page, errors, violations, close } = await open({ path: "/nowhere" });
    const asked: string[] = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith("/api/")) asked.push(pathname);
    });
    let failing = true;
    await page.route("**/api/auth/me", (route) =>
      failing ? route.fulfill({ status: 503, json: { error: { code: "unavailable" } } }) : route.fallback(),
    );
    await page.goto(given.office.stage.listensAt);
    await page.getByRole("heading", { name: "הפאנל לא מקבל תשובה" }).waitFor();
    await page.getByText("המערכת עמוסה לרגע").waitFor();
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "ניסיון נוסף" }).click();
    expect(new Set(asked)).toEqual(new Set(["/api/auth/me"]));
    failing = false; // from here on it opens by itself
    await page.getByText("עשר הדקות הראשונות").waitFor();
    expect(errors.filter((line) => !line.includes("503"))).toEqual([]);
    await close();
  });

  test("on a slow line nothing showed that a pressed link was heard", async () => {
    const { page, errors, close } = await open({ path: "/more", width: 390 });
    const held = Promise.withResolvers<void>();
    await page.route("**/c/leads-*.js", async (route) => {
      await held.promise;
      await route.continue();
    });
    const busy = page.locator("main[aria-busy=true]");
    await page.locator(".bottom-bar a[href='/leads']").click();
    await busy.waitFor();
    await page.getByRole("heading", { name: "עוד", exact: true }).waitFor();
    expect(await busy.evaluate((main) => getComputedStyle(main, "::before").position)).toBe("fixed");
    held.resolve();
    await page.getByRole("heading", { name: "לקוחות", exact: true }).waitFor();
    await busy.waitFor({ state: "detached" });
    expect(errors).toEqual([]);
    await close();
  });

  test("a page opened without a network said that something broke; English that failed once never came", async () => {
    const { page, close } = await open({ path: "/more" });
    await page.context().setOffline(true);
    await page.locator(".banner.offline").waitFor();
    const english = page.locator("main").getByRole("button", { name: "English" });
    const failed = page.waitForEvent("pageerror");
    await english.click();
    await failed;
    await page.locator("main a[href='/reports']").click();
    await page.getByRole("heading", { name: "העמוד לא נטען" }).first().waitFor();
    await page.context().setOffline(false);
    await page.getByRole("heading", { name: "דוחות" }).waitFor();
    await page.goBack();
    await english.click();
    await page.getByRole("heading", { name: "More" }).waitFor();
    await close();
  });
});
