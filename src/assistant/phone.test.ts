import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { silentLog } from "../base/log.ts";
import { dropExpiredHolds } from "../calendar/hold.ts";
import { openMeetings } from "../calendar/open-meetings.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { type TestBusiness, testBusiness } from "../calendar/testing/test-business.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { CallBench } from "../live-call/testing/call-bench.ts";
import { audioOf } from "../live-call/testing/scripted-engine.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { setWeeklyHours } from "../tenants/hours.ts";
import { createToolset } from "./toolset.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
afterAll(() => db.drop());

const zone = "Asia/Jerusalem";
const restCalendars = createRestCalendars();

/** A live call whose tools are the real ones, on the real database; the model's part is played by the test. */
class PhoneCall {
  readonly clock = createVirtualClock(Temporal.Instant.from("2026-11-24T08:15:00Z")); // Tuesday, 10:15
  readonly bench: CallBench;
  #answers = 0;
  #toolCalls = 0;

  constructor(
    readonly business: TestBusiness,
    readonly customer = 0,
  ) {
    const deps = { db, clock: this.clock, log: silentLog, restCalendars };
    const tools = createToolset(deps, {
      businessId: business.businessId,
      zone,
      city: "תל אביב",
      customer: async () => business.customerIds[customer]!,
      channel: "call",
      conversationId: newId(),
      callId: null,
      transfer: null,
    });
    this.bench = new CallBench({ clock: this.clock, settings: { tools } });
    this.bench.start().quiet(1_000);
  }

  /** The caller's turn, put into words. */
  says(text: string): void {
    this.bench.engine.turn(`turn-${++this.#answers}`, text);
  }

  /** The model speaks and is heard to the end. */
  answers(text: string): void {
    this.bench.engine.answer(`answer-${++this.#answers}`, audioOf(0x30, 800), text);
    this.bench.quiet(1_200);
  }

  /** The model calls a tool; resolves to what the call gives back to it. */
  async calls(name: string, input: unknown = {}): Promise<Record<string, unknown>> {
    const id = `tool-${++this.#toolCalls}`;
    const { engine } = this.bench;
    const result = new Promise<string>((resolve) => {
      engine.onCommand = (command) => {
        if (command.do === "toolResult" && command.id === id) resolve(command.output);
      };
    });
    engine.begin(`answer-${++this.#answers}`);
    engine.emit.toolCall({ id, name, argumentsJson: JSON.stringify(input) });
    engine.emit.answerDone({ answerId: `answer-${this.#answers}`, status: "completed", reason: null, produced: true });
    return JSON.parse(await result) as Record<string, unknown>;
  }

  async meetings(): Promise<string[]> {
    const open = await this.business.run((ctx) =>
      openMeetings(ctx, this.business.customerIds[this.customer]!, this.clock.instant()),
    );
    return open.map((meeting) => localTime(meeting.startsAt, zone));
  }
}

describe("a phone call", () => {
  test('ends with a booked meeting after "כן, אפשר"', async () => {
    const call = new PhoneCall(await testBusiness(db));
    call.says("שלום, אפשר תור מחר בארבע וחצי?");
    expect(await call.calls("check_availability", { date: "2026-11-25", time: "16:30" })).toMatchObject({
      free: true,
      offered: { date: "2026-11-25", time: "16:30" },
    });
    call.answers("יש מחר בארבע וחצי, מתאים?");
    call.says("כן, אפשר");
    expect(await call.calls("book_meeting")).toMatchObject({ ok: true, booked: { time: "16:30" } });
    expect(await call.meetings()).toEqual(["2026-11-25T16:30"]);
  });

  test("a yes to another question than the offer books nothing, the yes to the offer does", async () => {
    const call = new PhoneCall(await testBusiness(db));
    call.says("אפשר תור מחר בארבע וחצי?");
    await call.calls("check_availability", { date: "2026-11-25", time: "16:30" });
    call.answers("יש מחר בארבע וחצי. היית אצלנו פעם?");
    call.says("כן");
    const { ask } = await call.calls("book_meeting");
    expect(ask).toContain("לקבוע למחר");
    expect(await call.meetings()).toEqual([]);
    call.answers(String(ask));
    call.says("כן");
    expect(await call.calls("book_meeting")).toMatchObject({ ok: true });
    expect(await call.meetings()).toEqual(["2026-11-25T16:30"]);
  });

  test("an age that is like the offered hour takes it no more than a name after a question for it", async () => {
    const call = new PhoneCall(await testBusiness(db));
    call.says("יש לכם משהו לילד מחר בארבע וחצי?");
    await call.calls("check_availability", { date: "2026-11-25", time: "16:30" });
    for (const [asked, said] of [
      ["כן, יש מקום. ובן כמה הילד?", "ארבע וחצי"],
      ["ואיך קוראים לו?", "יואב כהן"],
    ] as const) {
      call.answers(asked);
      call.says(said);
      expect(await call.calls("book_meeting")).toMatchObject({ reason: "not_confirmed_by_customer" });
    }
    expect(await call.meetings()).toEqual([]);
  });

  test("a yes to another question than the one about cancelling leaves the meeting", async () => {
    const call = new PhoneCall(await testBusiness(db));
    call.says("אני רוצה תור מחר בארבע וחצי");
    await call.calls("book_meeting", { date: "2026-11-25", time: "16:30" });
    call.says("מה אם יקרה לי משהו?");
    const { ask } = await call.calls("cancel_meeting");
    call.answers(String(ask));
    call.says("רגע, יש אצלכם חניה?");
    call.answers("יש חניה מאחור. רוצה שאשלח את הכתובת?");
    call.says("כן");
    expect(await call.calls("cancel_meeting")).toMatchObject({ reason: "not_confirmed_by_customer" });
    expect(await call.meetings()).toEqual(["2026-11-25T16:30"]);
  });

  test("asks for the hour when there is none, word for word", async () => {
    const call = new PhoneCall(await testBusiness(db));
    call.says("אפשר להגיע מחר?");
    await call.calls("check_availability", { date: "2026-11-25" });
    call.answers("כן, מחר יש מקום.");
    call.says("כן, אפשר");
    expect(await call.calls("book_meeting")).toMatchObject({ ask: "אני צריך גם שעה מדויקת, באיזו שעה תרצה?" });
    call.answers("אני צריך גם שעה מדויקת, באיזו שעה תרצה?");
    call.says("בשלוש");
    expect(await call.calls("book_meeting", { date: "2026-11-25", time: "15:00" })).toMatchObject({ ok: true });
    expect(await call.meetings()).toEqual(["2026-11-25T15:00"]);
  });

  test("books in hours that run over midnight, and on the night that is said", async () => {
    const bar = await testBusiness(db, { rules: { meetingMinutes: 60 }, fromMinute: 1_320, toMinute: 1_440 });
    const after = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMinute: 0, toMinute: 120 }));
    const evening = after.map(({ weekday }) => ({ weekday, fromMinute: 1_320, toMinute: 1_440 }));
    await bar.run((ctx) => setWeeklyHours(ctx, null, [...evening, ...after]));
    const call = new PhoneCall(bar);
    call.says("אפשר שולחן מחר באחת בלילה?");
    const night = { date: "2026-11-26", time: "01:00" };
    expect(await call.calls("check_availability", night)).toMatchObject({ free: true, offered: night });
    call.answers("יש ביום חמישי, 26 בנובמבר, בשעה 01:00. מתאים?");
    call.says("כן");
    expect(await call.calls("book_meeting")).toMatchObject({ ok: true });
    call.answers("בשמחה.");
    call.says("ועוד שולחן מחר באחת עשרה וחצי בלילה");
    expect(await call.calls("book_meeting", { date: "2026-11-25", time: "23:30" })).toMatchObject({ ok: true });
    expect(await call.calls("book_meeting", { date: "2026-11-26", time: "00:00" })).not.toHaveProperty("ok");
    expect(await call.meetings()).toEqual(["2026-11-25T23:30", "2026-11-26T01:00"]);
  });

  test("asks for day and hour again when the offer is stale", async () => {
    const call = new PhoneCall(await testBusiness(db));
    call.says("אפשר תור מחר בארבע וחצי?");
    await call.calls("check_availability", { date: "2026-11-25", time: "16:30" });
    call.answers("יש מחר בארבע וחצי, מתאים?");
    await call.business.run((ctx) => dropExpiredHolds(ctx, call.clock.instant().add({ minutes: 11 }))); // its hold ran out
    call.says("כן, אפשר");
    expect(await call.calls("book_meeting")).toMatchObject({ reason: "ask_day_and_hour" });
    expect(await call.meetings()).toEqual([]);
  });

  test("of two callers who want the same slot one gets it, the other is offered other times", async () => {
    const business = await testBusiness(db);
    const [dana, ron] = [new PhoneCall(business, 0), new PhoneCall(business, 1)];
    for (const call of [dana, ron]) call.says("אפשר תור מחר בארבע וחצי?");
    const wish = { date: "2026-11-25", time: "16:30" };
    const found = await Promise.all([dana.calls("check_availability", wish), ron.calls("check_availability", wish)]);
    expect(found.map((answer) => answer.free).toSorted()).toEqual([false, true]);
    const [lucky, other] = found[0]?.free === true ? [dana, ron] : [ron, dana];
    lucky.answers("יש מחר בארבע וחצי, מתאים?");
    lucky.says("כן, אפשר");
    expect(await lucky.calls("book_meeting")).toMatchObject({ ok: true });
    expect(await other.calls("book_meeting", wish)).toMatchObject({ error: "slot_taken" });
    expect([await lucky.meetings(), await other.meetings()]).toEqual([["2026-11-25T16:30"], []]);
  });
});
