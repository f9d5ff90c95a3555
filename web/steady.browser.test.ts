import { beforeAll, expect, test } from "bun:test";
import type { CustomerId } from "../src/base/ids.ts";
import { appendMessage } from "../src/crm/conversations/append-message.ts";
import { openConversation } from "../src/crm/conversations/open-conversation.ts";
import { identifyCustomer } from "../src/crm/customers/identify.ts";
import { withTenant } from "../src/db/tenant.ts";
import { until } from "../src/e2e/testing/until.ts";
import { fillOffice, hardNames } from "./testing/busy-day.ts";
import { inBrowser } from "./testing/in-browser.ts";
import { settle } from "./testing/open-panel.ts";

/** Windows change (a keyboard opens, a phone is turned, letters are large), parts of a page come late, people go back. */
inBrowser("what was in sight stays there", {}, (given) => {
  const { open } = given;
  let customers: string[];

  beforeAll(async () => {
    customers = await fillOffice(given.office, hardNames);
    await writeMuch();
  }, 60_000);

  /** A thread longer than any window. */
  const writeMuch = () =>
    withTenant(given.office.stage.db, given.office.businessId, async (tx) => {
      const ctx = { businessId: given.office.businessId, actor: { kind: "assistant" as const }, tx };
      const customerId = customers[1] as CustomerId;
      const phone = { kind: "phone", value: "+972524310753" } as const;
      const { identityId } = await identifyCustomer(ctx, phone, "whatsapp");
      const conversationId = await openConversation(ctx, { customerId, channel: "whatsapp", identityId });
      for (const number of Array.from({ length: 30 }).keys())
        await appendMessage(ctx, {
          ...{ conversationId, customerId, author: "customer", body: `שאלה מספר ${number + 1}` },
          ...{ providerId: `3EB0STEADY${number}`, at: Temporal.Now.instant().add({ seconds: number }) },
        });
    });

  test("after a look at a customer, the way back showed the found ones under an empty search", async () => {
    const { page, errors, close } = await open({ path: "/leads", width: 390 });
    const search = page.getByRole("searchbox");
    // Each letter looks among those of the letter before, and among all again where one is taken back.
    for (const [typed, name] of [
      ["ד", /דנה לוי/],
      ["דנה 43", /דנה לוי/],
      ["43107", /יוסי אברהמי/],
      ["4310", /דנה לוי/],
      ["4310753", /יוסי אברהמי/],
    ] as const) {
      await search.fill(typed);
      await page.getByRole("link", { name }).waitFor();
    }
    await page.waitForURL(/q=4310753/);
    await page.getByRole("link", { name: /יוסי אברהמי/ }).click();
    await page.getByRole("heading", { name: "יוסי אברהמי" }).waitFor();
    await page.goBack();
    await page.getByRole("link", { name: /יוסי אברהמי/ }).waitFor();
    expect(await search.inputValue()).toBe("4310753");
    await page.getByRole("link", { name: "לקוחות", exact: true }).click(); // the list itself is everybody's
    await page.getByRole("link", { name: /דנה לוי/ }).waitFor();
    expect(await search.inputValue()).toBe("");
    expect(errors).toEqual([]);
    await close();
  });

  test("the keyboard of a phone pushed the last message out of sight", async () => {
    const { page, errors, shot, close } = await open({ path: `/inbox?with=${customers[1]}`, width: 390 });
    const log = page.getByRole("log");
    const last = log.getByText("שאלה מספר 30", { exact: true });
    const isInSight = async () => {
      const [line, box] = [await last.boundingBox(), await log.boundingBox()];
      return line!.y >= box!.y && line!.y + line!.height <= box!.y + box!.height;
    };
    await last.waitFor();
    await page.getByLabel("כתיבת הודעה").fill("שורה\nשורה\nשורה\nשורה");
    await page.setViewportSize({ width: 390, height: 480 });
    await page.locator(".bottom-bar").waitFor({ state: "hidden" });
    await until("the last message in sight", isInSight);
    await shot("inbox-keyboard");
    // Who reads what was before goes on reading it.
    await log.evaluate(
      (box) =>
        new Promise((scrolled) => {
          box.addEventListener("scroll", scrolled, { once: true });
          box.scrollTo({ top: 0, behavior: "instant" });
        }),
    );
    await page.setViewportSize({ width: 390, height: 844 });
    await log.getByText("שאלה מספר 1", { exact: true }).waitFor();
    expect(await log.evaluate((box) => box.scrollTop)).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test.each([820, 844])("at %d px a thread had no way back to the list", async (width) => {
    const { page, close } = await open({ path: `/inbox?with=${customers[1]}`, width, height: 390 });
    await page.getByRole("link", { name: "חזרה", exact: true }).click();
    await page.getByRole("list", { name: "שיחות עם לקוחות" }).waitFor();
    await close();
  });

  test("in a low window the search and the bell lay on each other", async () => {
    const { page, close } = await open({ path: "/tasks", width: 844, height: 390 });
    const bell = (await page.getByRole("link", { name: /^התראות/ }).boundingBox())!;
    const search = (await page.locator(".side-search").boundingBox())!;
    expect(search.height).toBeGreaterThanOrEqual(36);
    expect(bell.y + bell.height <= search.y || search.y + search.height <= bell.y).toBe(true);
    await close();
  });

  test("of a week that was scrolled nobody knew which day a column is", async () => {
    const { page, shot, close } = await open({ path: "/calendar?view=week", height: 700 });
    const today = page.locator(".calendar-head.today");
    await today.waitFor();
    await page.locator("main").evaluate((main) => main.scrollTo({ top: 9_999, behavior: "instant" }));
    await shot("calendar-scrolled");
    const [head, title] = [await today.boundingBox(), await page.locator(".page-head").boundingBox()];
    expect(head!.y).toBeGreaterThanOrEqual(Math.floor(title!.y + title!.height));
    await close();
  });

  test("nor, on a phone, which day it is", async () => {
    const { page, shot, close } = await open({ path: "/calendar?view=day", width: 390 });
    const day = page.locator(".calendar-day");
    await day.waitFor();
    await page.locator("main").evaluate((main) => main.scrollTo({ top: 9_999, behavior: "instant" }));
    await shot("calendar-day-scrolled");
    const [name, title] = [await day.boundingBox(), await page.locator(".page-head").boundingBox()];
    expect(name!.y).toBeGreaterThanOrEqual(Math.floor(title!.y + title!.height) - 1);
    await close();
  });

  test("who is logged in is asked before any code of the page: small files took the line before it", async () => {
    const { page, close } = await open({ path: "/tasks" });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(new URL("/calls", page.url()).href);
    await page.getByRole("heading", { name: "יומן שיחות" }).waitFor();
    const [me, code] = [asked.indexOf("/api/auth/me"), asked.findIndex((path) => path.startsWith("/c/"))];
    expect(code).toBeGreaterThan(-1);
    expect(me).toBeGreaterThan(-1);
    expect(me).toBeLessThan(code);
    await close();
  });

  // The parts of these pages are read one by one; a late one pushed down what somebody had begun to read, or to press.
  test.each([
    ["/settings?tab=keys", "webhooks"],
    ["/settings?tab=business", "business"],
    ["/settings?tab=hours", "resources"],
    ["/reports", "usage"],
    ["/channels", "whatsapp/status"],
    ["/channels", "numbers"],
  ])("nothing moves on %s when its %s come last", async (path, late) => {
    const { page, close } = await open({ path: "/tasks" });
    await page.addInitScript(() => {
      const moved = { sum: 0 };
      Object.assign(globalThis, { moved });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) moved.sum += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    const asked = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    await page.route(new RegExp(`/api/(calendar/)?${late}(\\?|$)`), async (route) => {
      asked.resolve();
      await released.promise;
      await route.continue();
    });
    await page.goto(new URL(path, page.url()).href);
    await asked.promise;
    await page.locator(".skeleton").first().waitFor();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    released.resolve();
    await settle(page);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const moved = await page.evaluate(() => (globalThis as unknown as { moved: { sum: number } }).moved.sum);
    expect(moved).toBeLessThan(0.02);
    await close();
  });

  test("in letters of twice the size words broke apart, and lines lay on each other", async () => {
    const { page, show, shot, close } = await open({ path: "/leads", width: 390 });
    await page.addInitScript(() =>
      addEventListener("DOMContentLoaded", () => document.documentElement.style.setProperty("font-size", "200%")),
    );
    await show("/leads");
    await page.locator(".lead-row").first().waitFor();
    const cut = (selector: string) =>
      page.locator(selector).evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1).length);
    expect(await cut(".lead-row")).toBe(0);
    await shot("large-leads");
    await show(`/inbox?with=${customers[1]}`);
    const who = page.locator(".who-answers [role=status]");
    await who.waitFor();
    expect((await who.boundingBox())!.width).toBeGreaterThan(160);
    await shot("large-thread");
    await show("/tasks");
    await page.locator(".task-side").first().waitFor();
    expect(
      await page
        .locator(".task-side")
        .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length),
    ).toBe(0);
    await shot("large-tasks");
    await close();
  });
});
