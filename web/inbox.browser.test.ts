import { beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import { newId } from "../src/base/ids.ts";
import { appendMessage } from "../src/crm/conversations/append-message.ts";
import { openConversation } from "../src/crm/conversations/open-conversation.ts";
import { identifyCustomer } from "../src/crm/customers/identify.ts";
import { saveLead } from "../src/crm/leads/save-lead.ts";
import { calls } from "../src/db/schema/call.ts";
import { withTenant } from "../src/db/tenant.ts";
import type { Ctx } from "../src/tenants/ctx.ts";
import { fillOffice, hardNames } from "./testing/busy-day.ts";
import { cleanPages, inBrowser } from "./testing/in-browser.ts";

inBrowser("the inbox in a browser", {}, (given) => {
  const { open } = given;
  let customers: string[];

  beforeAll(async () => {
    customers = await fillOffice(given.office, hardNames);
  }, 60_000);

  cleanPages(given, {
    pages: () => ({ inbox: "/inbox", chat: `/inbox?with=${customers[1]}`, caller: `/inbox?with=${customers[0]}` }),
    until: async (page, name) => {
      if (name === "chat") await page.locator(".bubble-reply").first().waitFor({ state: "attached" });
    },
  });

  test("one line per customer leads to one thread; a person takes over, writes, and hands back", async () => {
    // Whoever writes takes a chat over: in the other tests, too, and they may have run before.
    await withTenant(given.office.stage.db, given.office.businessId, (tx) =>
      tx.execute(sql`update conversations set silent_until = null`),
    );
    const { page, errors, close } = await open({ path: "/inbox", width: 390 });
    await page.getByRole("link", { name: /יוסי אברהמי/ }).click();
    const log = page.getByRole("log");
    await log.getByText("מחר אחרי העבודה").first().waitFor();
    await page.getByRole("button", { name: "לענות במקומה" }).click();
    await page.getByText("הצוות עונה.").waitFor();
    await page.getByLabel("כתיבת הודעה").fill("שלום, כאן דנה מהמשרד <b>😀</b>");
    await page.getByRole("button", { name: "שליחה" }).click();
    await log.getByText("שלום, כאן דנה מהמשרד <b>😀</b>").waitFor();
    await log.getByRole("img", { name: "ממתינה לשליחה" }).last().waitFor();
    expect(await page.getByLabel("כתיבת הודעה").inputValue()).toBe("");
    await page.getByRole("button", { name: "החזרה לעוזרת" }).click();
    await page.getByText("העוזרת עונה בשיחה הזאת.").waitFor();
    await page.getByRole("link", { name: "חזרה" }).click();
    await page.getByRole("list", { name: "שיחות עם לקוחות" }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("the assistant's silence that ends by time ends on the page as well, with nobody touching it", async () => {
    const until = Temporal.Now.instant().add({ minutes: 30 }).toString();
    await withTenant(given.office.stage.db, given.office.businessId, (tx) =>
      tx.execute(sql`update conversations set silent_until = ${until}::timestamptz, silent_by = 'staff'
        where customer_id = ${customers[10]}`),
    );
    const { page, errors, close } = await open({ path: "/tasks" });
    await page.clock.install();
    await page.goto(new URL(`/inbox?with=${customers[10]}`, page.url()).href);
    await page.getByText("הצוות עונה.").waitFor();
    const badge = page.locator(`a.inbox-row[href="/inbox?with=${customers[10]}"] .badge`);
    await badge.waitFor();
    await page.clock.fastForward("29:00");
    expect(await page.getByText("הצוות עונה.").isVisible()).toBe(true);
    await page.clock.fastForward("02:00");
    await page.getByText("העוזרת עונה בשיחה הזאת.").waitFor();
    expect(await badge.count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test("what cannot be sent says why and is not lost", async () => {
    const { page, close } = await open({ path: `/inbox?with=${customers[1]}` });
    await page.getByLabel("כתיבת הודעה").fill("בלי רשת");
    await page.context().setOffline(true);
    await page.locator(".banner.offline").waitFor();
    await page.getByRole("button", { name: "שליחה" }).click();
    await page.locator(".toast", { hasText: "אין חיבור לרשת. הפעולה לא בוצעה." }).waitFor();
    expect(await page.getByLabel("כתיבת הודעה").inputValue()).toBe("בלי רשת");
    await close();
  });

  const composer = (page: Page) => page.getByLabel("כתיבת הודעה");
  const to = (page: Page, index: number) => page.locator(`a.inbox-row[href="/inbox?with=${customers[index]}"]`).click();

  test("words that could not be sent are back after another chat was opened meanwhile, and what is typed stays", async () => {
    const { page, errors, close } = await open({ path: `/inbox?with=${customers[1]}` });
    const held = Promise.withResolvers<void>();
    await page.route("**/api/whatsapp/send", async (route) => {
      await held.promise;
      await route.fulfill({ status: 503, json: { error: { code: "upstream" } } });
    });
    await composer(page).fill("נכתב ולא נשלח");
    await page.getByRole("button", { name: "שליחה" }).click();
    await page.locator(".bubble.pending").waitFor();
    await to(page, 4);
    await page.getByRole("log").getByText("מחר אחרי העבודה").first().waitFor();
    await composer(page).fill("באמצע משפט");
    held.resolve();
    await page.locator(".toast").waitFor();
    expect(await page.locator(".toast").textContent()).not.toContain("משהו השתבש");
    await to(page, 1);
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "נכתב ולא נשלח");
    await to(page, 4);
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "באמצע משפט");
    await page.reload();
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe("באמצע משפט");
    expect(errors.filter((line) => !line.includes("503"))).toEqual([]);
    await close();
  });

  test("a message whose answer was lost is sent again without being sent twice", async () => {
    const { page, close } = await open({ path: `/inbox?with=${customers[7]}` });
    await page.route(
      "**/api/whatsapp/send",
      async (route) => {
        await route.fetch();
        await route.abort("connectionreset");
      },
      { times: 1 },
    );
    await composer(page).fill("פעם אחת בלבד");
    await page.getByRole("button", { name: "שליחה" }).click();
    await page.getByText("התשובה לא הגיעה").waitFor();
    expect(await composer(page).inputValue()).toBe("פעם אחת בלבד");
    // Pressed until it is taken, as people do: every press sends the same message.
    const taken = () =>
      page.waitForFunction(() => document.querySelector("textarea")?.value === "", null, { timeout: 2_000 });
    do await page.getByRole("button", { name: "שליחה" }).click();
    while (
      !(await taken().then(
        () => true,
        () => false,
      ))
    );
    await page.locator(".bubble.pending").waitFor({ state: "detached" });
    expect(await page.getByRole("log").getByText("פעם אחת בלבד").count()).toBe(1);
    await close();
  });

  test("an upload on a dead line ends, and holds up no other chat", async () => {
    const { page, close } = await open({ path: `/inbox?with=${customers[1]}` });
    await page.clock.install();
    await page.route("**/api/whatsapp/send-media*", () => {});
    const pdf = { name: "חוזה.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") };
    await page.locator("input[type=file]").setInputFiles(pdf);
    await page.getByRole("button", { name: "שליחה" }).click();
    await page.locator(".bubble.pending").waitFor();
    await to(page, 4);
    await composer(page).fill("בינתיים כאן");
    await page.getByRole("button", { name: "שליחה" }).click();
    await page.getByRole("log").getByText("בינתיים כאן").waitFor();
    await to(page, 1);
    await page.locator(".bubble.pending").waitFor();
    await page.clock.runFor(31_000);
    await page.locator(".draft-part").getByText("חוזה.pdf").waitFor();
    await page.locator(".bubble.pending").waitFor({ state: "detached" });
    await close();
  });

  test("a pressed notification leads on within the page, and what was typed is there afterwards", async () => {
    const { page, close } = await open({ path: `/inbox?with=${customers[1]}` });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const worker = page.context().serviceWorkers()[0] ?? (await page.context().waitForEvent("serviceworker"));
    await composer(page).fill("עוד לא גמרתי");
    await page.evaluate(() => Object.assign(globalThis, { samePage: true }));
    await worker.evaluate(() => {
      const notification = { close() {}, data: { to: "/tasks" } };
      const pressed = Object.assign(new Event("notificationclick"), { notification, waitUntil() {} });
      globalThis.dispatchEvent(pressed);
    });
    await page.waitForURL("**/tasks");
    expect(await page.evaluate(() => "samePage" in globalThis)).toBe(true);
    await page.goBack();
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe("עוד לא גמרתי");
    await close();
  });

  const inOffice = <T>(act: (ctx: Ctx) => Promise<T>): Promise<T> =>
    withTenant(given.office.stage.db, given.office.businessId, (tx) =>
      act({ businessId: given.office.businessId, actor: { kind: "assistant" }, tx }),
    );

  /** Another customer with a chat of so many messages, which ended so many days ago. */
  async function longAgo(name: string, count: number, days: number) {
    const end = Temporal.Now.instant().subtract({ hours: 24 * days });
    const { customerId, conversationId } = await inOffice(async (ctx) => {
      const phone = `+97254${String(7_000_000 + days)}`;
      const { customerId, identityId } = await identifyCustomer(ctx, { kind: "phone", value: phone }, "whatsapp");
      await saveLead(ctx, { customerId, source: "whatsapp", name });
      return {
        customerId,
        conversationId: await openConversation(ctx, { customerId, channel: "whatsapp", identityId }),
      };
    });
    const add = async (ctx: Ctx, index: number) => {
      const at = end.subtract({ minutes: count - index });
      const body = `הודעה ${index} מתוך ${count}`;
      await appendMessage(ctx, { conversationId, customerId, author: "customer", body, at });
    };
    // Bit by bit: on a busy machine all of them together would be more than a transaction may last.
    for (let from = 1; from <= count; from += 10)
      await inOffice(async (ctx) => {
        for (let index = from; index < from + 10 && index <= count; index++) await add(ctx, index);
      });
    await inOffice(({ tx, businessId }) =>
      tx.execute(sql`update conversations set last_inbound_at = last_message_at, unread = 1
        where business_id = ${businessId} and id = ${conversationId}`),
    );
    return customerId;
  }

  test("a long chat does not end after a hundred messages: earlier ones come without a jump, the call before them too", async () => {
    const customerId = await longAgo("ותיקה", 130, 1);
    const summary = "התקשרה לפני שכתבה";
    await inOffice(({ tx, businessId }) =>
      tx.insert(calls).values({
        ...{ id: newId(), businessId, callSid: `CA${"b".repeat(32)}` as never, customerId },
        ...{ toPhone: "+97235550100" as never, status: "completed", endReason: "caller_hung_up", summary },
        startedAt: Temporal.Now.instant().subtract({ hours: 48 }),
      }),
    );
    const { page, errors, violations, close } = await open({ path: `/inbox?with=${customerId}` });
    const log = page.getByRole("log");
    await log.getByText("הודעה 130 מתוך 130").waitFor();
    await log.evaluate((box) => box.scrollTo(0, 0));
    const oldest = log.getByText("הודעה 31 מתוך 130");
    const before = await oldest.boundingBox();
    const hasButton = await log.getByRole("button", { name: "הודעות קודמות" }).boundingBox();
    await log.getByRole("button", { name: "הודעות קודמות" }).click();
    await log.getByText("הודעה 1 מתוך 130", { exact: true }).waitFor({ state: "attached" });
    await log.getByText(summary).waitFor({ state: "attached" });
    const after = await oldest.boundingBox();
    expect(Math.abs(after!.y - before!.y)).toBeLessThan(hasButton!.height + 60); // the date goes up to the new first one
    expect(await log.getByRole("button", { name: "הודעות קודמות" }).count()).toBe(0);
    await page.getByRole("link", { name: "חיוג ללקוח" }).waitFor();
    expect(await violations()).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  test("a chat too old for the list opens by its link, is answered, and is reached by More", async () => {
    const old = await longAgo("מלפני שנה", 1, 365);
    const { page, errors, close } = await open({ path: "/tasks" });
    // One newer chat a hundred times stands for a hundred of them.
    await page.route("**/api/whatsapp/conversations?limit=100", async (route) => {
      const { items } = (await (await route.fetch()).json()) as { items: unknown[] };
      await route.fulfill({ json: { items: Array(100).fill(items[0]), next: "more" } });
    });
    await page.goto(new URL(`/inbox?with=${old}`, page.url()).href);
    await page.getByRole("log").getByText("הודעה 1 מתוך 1").waitFor();
    const row = page.locator(`a.inbox-row[href="/inbox?with=${old}"]`);
    await page.locator("a.inbox-row").first().waitFor();
    expect(await row.count()).toBe(0);
    await page.getByRole("button", { name: "לענות במקומה" }).click();
    await page.getByText("הצוות עונה.").waitFor();
    await page.getByRole("button", { name: "עוד", exact: true }).click();
    await row.waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("unread chats are counted in the navigation before the inbox was ever opened", async () => {
    await longAgo("מחכה", 1, 2);
    const { page, close } = await open({ path: "/tasks" });
    await page.locator('.nav a[href="/inbox"] .count').waitFor();
    // It hid the icon that it stands on.
    await page.setViewportSize({ width: 390, height: 844 });
    const box = (what: string) => page.locator(`.bottom-bar a[href="/inbox"] ${what}`).boundingBox();
    const [count, icon] = [(await box(".count"))!, (await box("svg"))!];
    expect(count.x + count.width - icon.x).toBeLessThan(icon.width / 3);
    await close();
  });

  test("a message is answered with its quote, and a picture goes with its words", async () => {
    const { page, errors, shot, violations, close } = await open({ path: `/inbox?with=${customers[4]}`, width: 390 });
    const log = page.getByRole("log");
    await page.getByRole("button", { name: "מענה להודעה הזאת" }).last().click();
    await page.getByText("מענה אל הלקוח").waitFor();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "צירוף קובץ" }).click(),
    ]);
    const png = await Bun.file(`${import.meta.dir}/public/icon-192.png`).bytes();
    await chooser.setFiles({ name: "דירה.png", mimeType: "image/png", buffer: Buffer.from(png) });
    await page.getByText("דירה.png").waitFor();
    await shot("inbox-draft");
    expect(await violations()).toEqual([]);
    await page.getByLabel("כתיבת הודעה").fill("הנה תמונה");
    await page.getByRole("button", { name: "שליחה" }).click();
    const sent = log.locator(".bubble.staff", { hasText: "הנה תמונה" });
    await sent.getByRole("img", { name: "דירה.png" }).waitFor();
    await sent.getByText("מחר אחרי העבודה").waitFor();
    await page.getByText("הצוות עונה.").waitFor(); // nobody talks over a person who writes
    await sent.getByRole("img", { name: "ממתינה לשליחה" }).waitFor();
    await shot("inbox-sent");
    expect(await violations()).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  test("a file that cannot be sent is refused beside the field, and the words stay", async () => {
    const { page, close } = await open({ path: `/inbox?with=${customers[4]}` });
    const input = page.locator("input[type=file]");
    await input.setInputFiles({ name: "big.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(17 * 1024 * 1024) });
    await page.getByRole("alert").getByText("הקובץ גדול מדי").waitFor();
    await input.setInputFiles({ name: "x.html", mimeType: "text/html", buffer: Buffer.from("<html>") });
    await page.getByLabel("כתיבת הודעה").fill("הנה");
    await page.getByRole("button", { name: "שליחה" }).click();
    await page.getByRole("alert").getByText("סוג הקובץ הזה לא נשלח").waitFor();
    expect(await page.getByLabel("כתיבת הודעה").inputValue()).toBe("הנה");
    await page.getByText("x.html").waitFor();
    await page.getByRole("button", { name: "הסרת הקובץ" }).click();
    await page.getByText("סוג הקובץ הזה לא נשלח").waitFor({ state: "detached" });
    await close();
  });

  const searched = [
    { width: 390, language: "he", theme: "light" },
    { width: 1280, language: "en", theme: "dark" },
  ] as const;
  test.each(searched)("a customer is found while typing, at $width px, $language", async (device) => {
    const he = device.language === "he";
    const { page, errors, violations, shot, close } = await open({ ...device, path: "/inbox" });
    const row = (index: number) => page.locator(`a.inbox-row[href*="with=${customers[index]}"]`);
    await row(4).waitFor();
    await page.keyboard.press("Slash");
    const box = page.getByRole("searchbox", {
      name: he ? "חיפוש לקוח, מספר או מילים" : "Search names, numbers, words",
    });
    expect(await box.evaluate((element) => element === document.activeElement)).toBe(true);
    // By a part of the name, and by digits of the number.
    await page.keyboard.type("רונית");
    await row(1).waitFor({ state: "detached" });
    expect(await row(4).locator("mark").first().textContent()).toBe("רונית");
    await page.waitForURL("**/inbox?q=*");
    await box.fill("052-431");
    await row(1).waitFor();
    // By what was said: the words stand in the row, whatever was said last.
    await box.fill("בפלורנטין");
    await row(1).getByText("היי, הדירה בפלורנטין עדיין פנויה?").waitFor();
    await row(0).waitFor({ state: "detached" });
    await shot("inbox-search");
    expect(await violations()).toEqual([]);
    // From the list into a thread and back: the search is still there.
    await box.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("log").getByText("מחר אחרי העבודה").first().waitFor();
    if (device.width === 390) await page.getByRole("link", { name: "חזרה" }).click();
    expect(await box.inputValue()).toBe("בפלורנטין");
    await box.fill("אין כזה");
    await page.getByText(he ? "לא נמצא דבר עבור" : "Nothing found for").waitFor();
    await shot("inbox-search-nothing");
    expect(await violations()).toEqual([]);
    await box.press("Escape");
    await row(0).waitFor();
    await page.waitForFunction(() => !location.search.includes("q="));
    expect([await box.inputValue(), ...errors]).toEqual([""]);
    await close();
  });

  test("without a network the inbox searches what is here, and says so", async () => {
    const { page, close } = await open({ path: "/inbox" });
    const row = (index: number) => page.locator(`a.inbox-row[href*="with=${customers[index]}"]`);
    await row(4).waitFor();
    await page.context().setOffline(true);
    await page.locator(".banner.offline").waitFor();
    await page.getByRole("searchbox").fill("רונית");
    await page.locator(".inbox-list .notice.warn").waitFor();
    await row(4).waitFor();
    expect(await row(1).count()).toBe(0);
    await close();
  });

  test("a person is found by a part of the number from anywhere", async () => {
    const { page, errors, close } = await open();
    await page.keyboard.press("Control+KeyK");
    const held = Promise.withResolvers<void>();
    await page.route("**/api/search?*", async (route) => {
      await held.promise;
      await route.fallback();
    });
    const asked = page.waitForRequest("**/api/search?*");
    await page.getByRole("combobox").fill("0022");
    await asked;
    expect(await page.getByText("אין תוצאות").count()).toBe(0); // it said so before the answer had come
    held.resolve();
    await page.getByRole("option", { name: /דנה לוי/ }).click();
    await page.getByRole("heading", { name: "דנה לוי", level: 1 }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});
