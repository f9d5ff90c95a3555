import { beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { systemClock } from "../src/base/clock.ts";
import { blockTime } from "../src/calendar/by-staff.ts";
import { meetings } from "../src/db/schema/meeting.ts";
import { withTenant } from "../src/db/tenant.ts";
import { readOpeningHours, setWeeklyHours } from "../src/tenants/hours.ts";
import { listResources } from "../src/tenants/resources.ts";
import { cleanPages, inBrowser } from "./testing/in-browser.ts";
import { seedCall } from "./testing/seed-call.ts";

inBrowser("settings, reports and the installation in a browser", {}, (given) => {
  const { open } = given;

  beforeAll(async () => {
    await seedCall(given.office.stage, given.office.businessId);
  });

  const named = (paths: readonly string[]) =>
    Object.fromEntries(paths.map((path) => [path.slice(1).replaceAll(/[/?=]+/g, "-"), path]));
  const tabs = ["business", "hours", "team", "notifications", "privacy", "keys", "audit"];
  cleanPages(given, { pages: () => named([...tabs.map((tab) => `/settings?tab=${tab}`), "/reports"]) });
  const admin = ["businesses", "health", "usage", "audit"].map((page) => `/admin/${page}`);
  cleanPages(given, { role: "system_admin", pages: () => named(admin) });

  test("hours of a week are changed and stay, a day is closed and given back", async () => {
    const { page, close } = await open({ path: "/settings?tab=hours", width: 390 });
    await page.getByLabel("יום שני, עד שעה").fill("19:30");
    await page.getByRole("button", { name: "שמירת השבוע" }).click();
    await page.getByText("נשמר", { exact: true }).waitFor();
    await page.reload();
    await page.getByLabel("יום שני, עד שעה").waitFor();
    expect(await page.getByLabel("יום שני, עד שעה").inputValue()).toBe("19:30");
    await page.getByLabel("תאריך", { exact: true }).fill("2099-09-09");
    await page.getByRole("button", { name: "סגירת היום הזה" }).click();
    await page.getByRole("button", { name: /החזרת/ }).click();
    await page.getByText("אין תאריכים מיוחדים").waitFor();
    await close();
  });

  test("saving the week keeps split hours; a window is added, and one that closes before it opens is refused beside it", async () => {
    const { stage, businessId } = given.office;
    const ctx = { businessId, actor: { kind: "assistant" as const } };
    const windows = [
      { weekday: 7, fromMinute: 540, toMinute: 780 },
      { weekday: 7, fromMinute: 960, toMinute: 1_140 },
    ];
    await withTenant(stage.db, businessId, (tx) => setWeeklyHours({ ...ctx, tx }, null, windows));
    const { page, close, violations } = await open({ path: "/settings?tab=hours", width: 390 });
    const save = page.getByRole("button", { name: "שמירת השבוע" });
    expect(await page.getByLabel("יום ראשון (2), משעה").inputValue()).toBe("16:00");
    await page.getByRole("button", { name: "עוד שעות ביום ראשון" }).click();
    await page.getByLabel("יום ראשון (3), עד שעה").fill("20:30");
    await page.getByLabel("יום ראשון (3), משעה").fill("21:00");
    await save.click();
    await page.getByText("צריך שעת פתיחה").waitFor();
    expect(await page.getByLabel("יום ראשון (3), עד שעה").getAttribute("aria-invalid")).toBe("true");
    expect(await violations()).toEqual([]);
    await page.getByLabel("יום ראשון (3), משעה").fill("20:00");
    await page.getByRole("checkbox", { name: "יום שני" }).check();
    await save.click();
    await page.getByText("נשמר", { exact: true }).waitFor();
    const { weekly } = await withTenant(stage.db, businessId, (tx) => readOpeningHours({ ...ctx, tx }, "2026-01-01"));
    const shown = weekly.map(({ weekday, fromMinute, toMinute }) => [weekday, fromMinute, toMinute]);
    expect(shown).toEqual([
      [7, 540, 780],
      [7, 960, 1_140],
      [7, 1_200, 1_230],
      [1, 540, 1_020],
    ]);
    await close();
  });

  test("a calendar for a colleague is made, renamed, gets its own hours, refuses to go while a meeting stands there", async () => {
    const { page, close, violations, errors } = await open({ path: "/settings?tab=hours", width: 390 });
    const dialog = page.locator("dialog");
    await page.getByRole("button", { name: "יומן חדש" }).click();
    await dialog.getByRole("button", { name: "שמירה" }).click();
    await dialog.locator(".error").waitFor();
    await dialog.getByLabel("שם היומן").fill("יוסי");
    await dialog.getByRole("button", { name: "שמירה" }).click();
    await page.getByRole("button", { name: "עריכת יוסי" }).click();
    await dialog.getByLabel("שם היומן").fill("יוסי ורדה");
    await dialog.getByRole("button", { name: "שמירה" }).click();
    await page.getByRole("button", { name: "עריכת יוסי ורדה" }).waitFor();

    const whose = page.getByLabel("השעות של");
    await whose.selectOption({ label: "יוסי ורדה" });
    await page.getByRole("button", { name: "שעות משלו" }).click();
    await page.getByLabel("יום שני, עד שעה").fill("12:00");
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "שמירת השבוע" }).click();
    await page.getByText("נשמר", { exact: true }).waitFor();
    await page.reload(); // the choice is in the address
    await page.getByLabel("יום שני, עד שעה").waitFor();
    expect(await page.getByLabel("יום שני, עד שעה").inputValue()).toBe("12:00");
    await page.getByRole("button", { name: "חזרה לשעות העסק" }).click();
    await page.getByText("יוסי ורדה: לפי שעות העסק.").waitFor();

    const { stage, businessId } = given.office;
    const ctx = { businessId, actor: { kind: "system" as const } };
    const calendar = await withTenant(stage.db, businessId, (tx) => listResources({ ...ctx, tx }));
    const { id } = calendar.find(({ name }) => name === "יוסי ורדה")!;
    const now = systemClock.instant();
    const block = { startsAt: now.add({ hours: 50 }), minutes: 30, resourceId: id, topic: null, now };
    const [blocked] = await withTenant(stage.db, businessId, (tx) => blockTime({ ...ctx, tx }, block));
    await page.getByRole("button", { name: "הסרת יוסי ורדה" }).click();
    await page.locator(".toast").getByText("עומדות פגישות").waitFor();
    await withTenant(stage.db, businessId, (tx) => tx.delete(meetings).where(eq(meetings.id, blocked!.id)));
    await page.getByRole("button", { name: "הסרת יוסי ורדה" }).click();
    await page.getByText("היומן הוסר: יוסי ורדה").waitFor();
    await whose.waitFor({ state: "detached" });
    expect(errors.filter((line) => !/409|422/.test(line))).toEqual([]);
    await close();
  });

  test("how long things are kept is chosen; an empty field keeps them for ever, a wrong one is refused beside it", async () => {
    const { page, close } = await open({ path: "/settings?tab=privacy" });
    const kept = page.getByLabel("חודשים שהודעות נשמרות");
    const audit = page.getByLabel("חודשים שיומן הביקורת נשמר");
    const save = page.getByRole("button", { name: "שמירה" });
    const transcripts = page.getByLabel("חודשים שתמלילי שיחות נשמרים");
    await transcripts.fill("");
    await kept.fill("18");
    await audit.fill("3");
    await save.click();
    await page.locator(".field .error").waitFor();
    expect(await audit.getAttribute("aria-invalid")).toBe("true");
    await audit.fill("36");
    await save.click();
    await page.getByText("נשמר", { exact: true }).waitFor();
    await page.reload();
    await kept.waitFor();
    expect([await kept.inputValue(), await audit.inputValue()]).toEqual(["18", "36"]);
    expect(await transcripts.inputValue()).toBe("");
    await close();
  });

  test("saving one field of the privacy page undid what a colleague had changed in another", async () => {
    const { page, close } = await open({ path: "/settings?tab=privacy" });
    const sent: unknown[] = [];
    page.on("request", (request) => {
      if (request.method() === "PATCH") sent.push(request.postDataJSON());
    });
    const transcripts = page.getByLabel("חודשים שתמלילי שיחות נשמרים");
    const before = await transcripts.inputValue();
    await transcripts.fill("60");
    const { page: colleague } = await open({ path: "/settings?tab=privacy" });
    await colleague.getByLabel("ימים שהקלטה נשמרת").fill("5");
    await colleague.getByRole("button", { name: "שמירה" }).click();
    await colleague.getByText("נשמר", { exact: true }).waitFor();
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("נשמר", { exact: true }).waitFor();
    expect(sent).toEqual([
      { transcriptMonths: 60, basedOn: { transcriptMonths: before === "" ? null : Number(before) } },
    ]);
    await colleague.reload();
    await colleague.getByLabel("ימים שהקלטה נשמרת").waitFor();
    expect(await colleague.getByLabel("ימים שהקלטה נשמרת").inputValue()).toBe("5");
    // "Sixty" is no number of months, and must not be taken for "for ever".
    await transcripts.fill("שישים");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.locator(".field .error").waitFor();
    expect(sent).toHaveLength(1);
    await colleague.context().close();
    await close();
  });

  test("an owner asks to be told by WhatsApp and mail; a test says why nothing came, and where there is no mail server", async () => {
    const { page, violations, errors, close } = await open({ path: "/settings?tab=notifications", width: 390 });
    await page.getByLabel("וואטסאפ של הבעלים").fill("054-7654321");
    await page.getByLabel("אימייל של הבעלים").fill("dana");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.locator(".field .error").waitFor();
    await page.getByLabel("אימייל של הבעלים").fill("dana@example.co.il");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("נשמר", { exact: true }).waitFor();
    await page.getByRole("button", { name: "ניסיון: וואטסאפ" }).click();
    await page.locator(".row-sub").getByText("עוד לא כתבו לעסק").waitFor();
    await page.getByText("לא הוגדר שרת דואר").waitFor();
    expect(await violations()).toEqual([]);
    expect(errors.filter((line) => !line.includes("422"))).toEqual([]);
    await close();
  });

  test("a person is invited by a link, a key is shown once and revoked", async () => {
    const { page, close } = await open({ path: "/settings?tab=team" });
    await page.getByRole("button", { name: "הזמנה" }).click();
    await page.getByLabel("שם").fill("רינה");
    await page.getByLabel("אימייל").fill("rina@example.co.il");
    await page.locator("dialog").getByRole("button", { name: "הזמנה" }).click();
    expect(await page.locator(".copy-text").textContent()).toContain("/welcome#");
    await page.goto(`${given.office.stage.listensAt}/settings?tab=keys`);
    await page.getByLabel("למה הוא משמש").fill("האתר");
    await page.getByRole("button", { name: "מפתח חדש" }).click();
    await page.getByText("הוא מוצג רק עכשיו").waitFor();
    await page.getByRole("button", { name: "חסימת האתר" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "חסימת המפתח" }).click();
    await page.getByText("המפתח נחסם").waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await close();
  });

  // A number was said to be too short, an empty field too, and a wrong number "does not fit".
  test("what is wrong with a field is said of what stands in it: a number, a telephone number, nothing", async () => {
    const { page, close } = await open({ path: "/settings?tab=privacy", width: 390 });
    const months = page.getByLabel("חודשים שיומן הביקורת נשמר");
    await months.fill("5");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("המספר קטן מדי: לפחות 24").waitFor();
    await months.fill("");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.locator(".error", { hasText: "שדה חובה" }).waitFor();
    await page.goto(`${given.office.stage.listensAt}/settings?tab=notifications`);
    await page.getByLabel("וואטסאפ של הבעלים").fill("12");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("זה לא מספר טלפון תקין").waitFor();
    await close();
  });

  test("a touch of the bin beside a number ended the phone's answering: what ends is said first", async () => {
    const { page, errors, shot, violations, close } = await open({ path: "/settings?tab=business", width: 390 });
    const deletions: string[] = [];
    page.on("request", (request) => request.method() === "DELETE" && deletions.push(request.url()));
    const bin = page.getByRole("button", { name: /^הסרת 03/ });
    await bin.click();
    const question = page.getByRole("dialog", { name: /^להסיר את 03/ });
    await question.getByText("העוזרת תפסיק לענות לשיחות למספר הזה.").waitFor();
    await shot("asking");
    expect(await violations()).toEqual([]);
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    await bin.waitFor();
    expect(deletions).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  test("a system_admin opens a business, enters it under a banner, and leaves it", async () => {
    const { page, close } = await open({ role: "system_admin", path: "/admin/businesses" });
    await page.getByRole("button", { name: "עסק חדש" }).click();
    await page.getByLabel("שם העסק").fill("מספרת דנה");
    await page.getByLabel("מספר הטלפון שלו").fill("03-555-0199");
    await page.getByLabel("שם הבעלים").fill("דנה");
    await page.getByLabel("אימייל הבעלים").fill("owner@example.co.il");
    await page.locator("dialog").getByRole("button", { name: "עסק חדש" }).click();
    await page.locator(".copy-text").waitFor();
    const row = page.locator("li.row").filter({ hasText: "מספרת דנה" });
    await row.getByRole("button", { name: "כניסה" }).click();
    await page.getByText("נכנסת לעסק מספרת דנה").waitFor();
    await page.getByRole("button", { name: "יציאה מהעסק" }).click();
    await page.getByRole("heading", { name: "עסקים" }).waitFor();
    await close();
  });
});
