import { beforeAll, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { bookByStaff } from "../src/calendar/by-staff.ts";
import { createRestCalendars } from "../src/calendar/rest.ts";
import { openConversation } from "../src/crm/conversations/open-conversation.ts";
import { identifyCustomer } from "../src/crm/customers/identify.ts";
import { saveLead } from "../src/crm/leads/save-lead.ts";
import { messages } from "../src/db/schema/message.ts";
import { withTenant } from "../src/db/tenant.ts";
import type { Ctx } from "../src/tenants/ctx.ts";
import { cleanPages, inBrowser } from "./testing/in-browser.ts";
import type { OpenPanel } from "./testing/open-panel.ts";

/** The next Monday but one: open, and never in the past. */
const monday = (): string => {
  const today = Temporal.Now.plainDateISO("Asia/Jerusalem");
  return today.add({ days: 15 - today.dayOfWeek }).toString();
};

inBrowser("the calendar in a browser", {}, (given) => {
  const { open } = given;

  beforeAll(async () => {
    const { page, close } = await open({ path: `/calendar?date=${monday()}` });
    await book(page, "נועם כהן", "050-1234567", "10:00");
    await close();
  });

  async function book(page: OpenPanel["page"], name: string, phone: string, time: string): Promise<void> {
    await page.getByRole("button", { name: "פגישה חדשה" }).click();
    await page.getByLabel("שם הלקוח").fill(name);
    await page.getByLabel("טלפון").fill(phone);
    await page.getByLabel("שעה").fill(time);
    await page.getByRole("button", { name: "קביעה" }).click();
  }

  cleanPages(given, {
    pages: () =>
      Object.fromEntries(
        ["week", "day", "agenda"].map((view) => [`calendar-${view}`, `/calendar?date=${monday()}&view=${view}`]),
      ),
    until: (page) => page.getByText("נועם כהן").first().waitFor(),
  });

  // Seven columns scrolled sideways there, and half an hour was 27 px high.
  test("on a phone a day fills the width, half an hour is hit by a finger, and the week's days stand above it", async () => {
    const { page, errors, shot, violations, close } = await open({
      path: `/calendar?date=${monday()}&view=week`,
      width: 390,
    });
    await page
      .getByRole("button", { name: /נועם כהן/ })
      .first()
      .waitFor();
    expect(await page.locator(".calendar").count()).toBe(0); // a week that somebody sent is its list here
    await page.getByRole("button", { name: "יום", exact: true }).click();
    const meeting = page.locator(".calendar-meeting", { hasText: "נועם כהן" }).first();
    expect((await meeting.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    expect(await page.locator(".calendar-scroll").evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
    await shot("calendar-finger");
    expect(await violations()).toEqual([]);
    await page.getByRole("group", { name: "שבוע" }).getByRole("button").nth(2).click();
    await meeting.waitFor({ state: "detached" });
    await page.waitForURL(
      (url) => url.searchParams.get("date") === Temporal.PlainDate.from(monday()).add({ days: 1 }).toString(),
    );
    await page.getByRole("button", { name: /^יום שני.*פגיש/ }).click();
    await meeting.waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("on a tablet held upright the week scrolled sideways", async () => {
    const { page, shot, close } = await open({ path: `/calendar?date=${monday()}`, width: 800 });
    await page
      .getByRole("button", { name: /נועם כהן/ })
      .first()
      .waitFor();
    await shot("calendar-tablet");
    expect(await page.locator(".calendar-scroll").evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
    await close();
  });

  test("a calendar whose meetings did not come says so and looks free to nobody", async () => {
    const { page, close } = await open({ path: "/tasks" });
    await page.route("**/api/calendar/meetings?*", (route) => route.fulfill({ status: 500, json: {} }));
    await page.goto(`${given.office.stage.listensAt}/calendar`);
    await page.getByRole("button", { name: "ניסיון נוסף" }).waitFor();
    expect(await page.locator(".calendar, .agenda").count()).toBe(0);
    await close();
  });

  test("whoever is known is found by a word or by digits and chosen by keyboard; Escape closes the list alone", async () => {
    const { page, errors, shot, violations, close } = await open({ path: `/calendar?date=${monday()}` });
    await page.getByRole("button", { name: "פגישה חדשה" }).click();
    const who = page.getByRole("combobox", { name: "שם הלקוח או מספר" });
    const list = page.getByRole("listbox", { name: "לקוחות שנמצאו" });
    await who.fill("0501234");
    await list.getByRole("option", { name: /נועם כהן/ }).waitFor();
    await who.press("Escape");
    await list.waitFor({ state: "detached" });
    await page.getByRole("dialog").waitFor();
    await who.fill("כה");
    await list.getByRole("option", { name: /נועם כהן/ }).waitFor();
    await shot("meeting-who");
    expect(await violations()).toEqual([]);
    await who.press("ArrowDown");
    expect(await who.getAttribute("aria-activedescendant")).toBe(
      await list.getByRole("option").first().getAttribute("id"),
    );
    await who.press("Enter");
    expect(await who.inputValue()).toBe("נועם כהן");
    await page.getByLabel("טלפון").waitFor({ state: "detached" });
    await page.getByLabel("שעה").fill("14:00");
    await page.getByRole("button", { name: "קביעה" }).click();
    await page.getByText("הפגישה נקבעה").waitFor();
    await page
      .getByRole("button", { name: /נועם כהן/ })
      .nth(1)
      .waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("whoever is not found is written down: a number that is none is said beside its field", async () => {
    const { page, close } = await open({ path: `/calendar?date=${monday()}`, width: 390 });
    await page.getByRole("button", { name: "פגישה חדשה" }).click();
    await page.getByLabel("שם הלקוח").fill("זהבה שטרם הייתה");
    await page.getByText("לקוח חדש: יירשם עם הפגישה").waitFor();
    await page.getByLabel("טלפון").fill("12");
    await page.getByLabel("שעה").fill("16:00");
    await page.getByRole("button", { name: "קביעה" }).click();
    await page.locator(".field .error").waitFor();
    expect(await page.getByLabel("טלפון").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("טלפון").fill("0523334455");
    await page.getByRole("button", { name: "קביעה" }).click();
    await page.locator("main").getByText("זהבה שטרם הייתה").waitFor();
    await close();
  });

  test("a meeting that is opened from elsewhere is seen in its week, also when it is closed again", async () => {
    const { page, errors, close } = await open({ path: "/notifications" });
    await page
      .getByRole("link", { name: /נקבעה פגישה: נועם כהן/ })
      .first()
      .click();
    await page.getByRole("dialog").getByRole("link", { name: "נועם כהן" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page
      .getByRole("button", { name: /נועם כהן/ })
      .first()
      .waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("an hour is blocked and shows as such", async () => {
    const { page, errors, close } = await open({ path: `/calendar?date=${monday()}` });
    await page.getByRole("button", { name: "פגישה חדשה" }).click();
    await page.getByRole("button", { name: "זמן חסום" }).click();
    await page.getByLabel("שעה").fill("12:30");
    await page.getByLabel("אורך בדקות").fill("45");
    await page.getByRole("button", { name: "קביעה" }).click();
    await page.getByText("הזמן נחסם").waitFor();
    await page.locator(".calendar-meeting.blocked").waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("a time that is taken is refused beside the field, and another one is booked, moved and cancelled", async () => {
    const { page, close } = await open({ path: `/calendar?date=${monday()}` });
    await book(page, "רות לוי", "0521112233", "10:00");
    await page.getByText("השעה הזאת תפוסה").waitFor();
    await page.getByLabel("שעה").fill("11:00");
    await page.getByRole("button", { name: "קביעה" }).click();
    const meeting = page.getByRole("button", { name: /רות לוי/ });
    await meeting.click();
    await page.getByRole("button", { name: "הזזה" }).click();
    await page.locator(".chips.wrap button").first().click();
    await page.getByText("הוא עוד לא כתב לעסק בוואטסאפ").waitFor();
    expect(await page.getByLabel("לשלוח ללקוח בוואטסאפ").count()).toBe(0);
    await page.getByRole("dialog").locator(".btn.primary", { hasText: "הזזה" }).click();
    await page.getByText("הפגישה הוזזה").waitFor();
    await page.goto(`${given.office.stage.listensAt}/calendar?view=agenda`);
    const moved = page.getByRole("button", { name: /רות לוי/ });
    await moved
      .or(page.getByRole("button", { name: "קדימה" }))
      .first()
      .waitFor();
    if ((await moved.count()) === 0) await page.getByRole("button", { name: "קדימה" }).click();
    await moved.click();
    await page.getByRole("button", { name: "ביטול הפגישה" }).click();
    await page.getByText("לבטל את הפגישה?").waitFor();
    await page.getByRole("dialog").locator(".btn.danger").click();
    await page.getByText("הפגישה בוטלה").waitFor();
    await close();
  });

  /** Somebody who writes with the business, with a meeting on that Monday. */
  const bookWriter = (name: string, phone: string, time: string): Promise<string> =>
    withTenant(given.office.stage.db, given.office.businessId, async (tx) => {
      const { businessId } = given.office;
      const ctx: Ctx = { businessId, actor: { kind: "system" }, tx };
      const { customerId, identityId } = await identifyCustomer(ctx, { kind: "phone", value: phone }, "whatsapp");
      await saveLead(ctx, { customerId, source: "whatsapp", name });
      const chat = await openConversation(ctx, { customerId, channel: "whatsapp", identityId });
      await tx.execute(sql`update conversations set last_inbound_at = now() where id = ${chat}`);
      const startsAt = Temporal.PlainDateTime.from(`${monday()}T${time}`).toZonedDateTime("Asia/Jerusalem").toInstant();
      const common = { now: Temporal.Now.instant(), restCalendars: createRestCalendars() };
      return (await bookByStaff(ctx, { ...common, customerId, startsAt })).id;
    });

  test("whoever writes with the business is told of a move in words that are seen before, and of an end only when it is ticked", async () => {
    const id = await bookWriter("סיגל שכותבת", "+972524445566", "17:00");
    const { page, errors, shot, violations, close } = await open({ path: `/calendar?meeting=${id}`, width: 390 });
    const dialog = page.getByRole("dialog");
    const send = page.getByLabel("לשלוח ללקוח בוואטסאפ");
    await dialog.getByRole("button", { name: "הזזה" }).click();
    await dialog.locator(".chips.wrap button").first().click();
    await send.waitFor();
    expect(await send.isChecked()).toBe(true);
    const words = await dialog.locator("blockquote").innerText();
    expect(words).toStartWith("הפגישה הוזזה: פגישה בנדל״ן השרון, ");
    await shot("meeting-move-told");
    expect(await violations()).toEqual([]);
    await dialog.locator(".btn.primary", { hasText: "הזזה" }).click();
    await page.getByText("הפגישה הוזזה. הודעה בדרך ללקוח.").waitFor();
    await page.goto(`${given.office.stage.listensAt}/calendar?meeting=${id}`);
    await dialog.getByRole("button", { name: "ביטול הפגישה" }).click();
    await dialog.getByText(/^הפגישה בוטלה: /).waitFor();
    await send.uncheck();
    await dialog.locator(".btn.danger").click();
    await page.getByText("הפגישה בוטלה", { exact: true }).waitFor();
    const sent = await withTenant(given.office.stage.db, given.office.businessId, (tx) =>
      tx.select({ body: messages.body }).from(messages).where(eq(messages.purpose, "confirmation")),
    );
    expect(sent).toEqual([{ body: words }]);
    expect(errors).toEqual([]);
    await close();
  });

  test("a click into an empty hour begins a meeting there", async () => {
    const { page, close } = await open({ path: `/calendar?date=${monday()}&view=day` });
    await page.locator(".calendar-column").click({ position: { x: 20, y: 400 } });
    expect(await page.getByLabel("שעה").inputValue()).toMatch(/^\d\d:(00|30)$/);
    expect(await page.getByLabel("תאריך").inputValue()).toBe(monday());
    await close();
  });
});
