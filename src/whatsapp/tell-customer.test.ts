import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { type CallId, newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { bookSlot } from "../calendar/book.ts";
import { cancelMeeting } from "../calendar/cancel.ts";
import { confirmationQueue } from "../calendar/confirm-later.ts";
import type { MeetingNews } from "../calendar/customer-news.ts";
import { moveMeeting } from "../calendar/move.ts";
import type { ReminderToSend } from "../calendar/reminder-job.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { calls } from "../db/schema/call.ts";
import { meetings } from "../db/schema/meeting.ts";
import { messages } from "../db/schema/message.ts";
import { say } from "./say.he.ts";
import { saveWhatsappSettings } from "./settings.ts";
import { confirmationJobHandlers, createCustomerNews, remindCustomer, type TellDeps } from "./tell-customer.ts";
import { tellOwner } from "./tell-owner.ts";
import { dana, WhatsAppRoom } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

/** A room whose customer dana has written, or not. */
async function open(hasWritten: boolean) {
  const room = await WhatsAppRoom.open({ hasModel: false });
  rooms.push(room);
  room.link();
  if (hasWritten) await room.channel.arrives(dana, "שלום");
  const customerId = hasWritten ? (await room.conversations())[0]!.customerId : room.business.customerIds[0]!;
  const deps: TellDeps = {
    clock: room.clock,
    defaultProvider: "baileys",
    windowMs: { baileys: null, twilio: 86_400_000 },
  };
  const startsAt = Temporal.Instant.from("2026-11-25T14:30:00Z");
  return { room, customerId, deps, startsAt };
}

const reminderOf = (customerId: ReminderToSend["customerId"], startsAt: Temporal.Instant): ReminderToSend => ({
  kind: "send",
  reminderId: "0199e0a0-0000-7000-8000-000000000001",
  customerId,
  meetingId: newId(),
  startsAt,
  goodUntil: startsAt,
  zone: "Asia/Jerusalem",
  topic: "תספורת",
});

test("who writes with the business is reminded in that chat, once", async () => {
  const { room, customerId, deps, startsAt } = await open(true);
  const reminder = reminderOf(customerId, startsAt);
  expect(await room.inTenant((ctx) => remindCustomer(deps, ctx, reminder))).toBe("told");
  expect(await room.inTenant((ctx) => remindCustomer(deps, ctx, reminder))).toBe("told");
  await room.passes("the reminder", () => room.shown.length === 1);
  expect(room.shown).toEqual(["תזכורת: תספורת במספרת דנה, מחר, יום רביעי, 25 בנובמבר, בשעה 16:30."]);
});

test("who never wrote, opted out, or is outside the provider's window is not written to, and why is known", async () => {
  const never = await open(false);
  const remind = ({ room, deps, customerId, startsAt }: typeof never) =>
    room.inTenant((ctx) => remindCustomer(deps, ctx, reminderOf(customerId, startsAt)));
  expect(await remind(never)).toBe("never_wrote");
  const wrote = await open(true);
  wrote.room.clock.advance(2_000);
  expect(await remind({ ...wrote, deps: { ...wrote.deps, windowMs: { baileys: 1_000, twilio: 1_000 } } })).toBe(
    "no_template",
  );
  await wrote.room.channel.arrives(dana, "הסר");
  expect(await remind(wrote)).toBe("not_allowed");
});

/** Behind an outage: it is told, and waits. Then the connection is back. */
const outage = async ({ room }: Awaited<ReturnType<typeof open>>, during: () => Promise<unknown>) => {
  room.channel.set({ canSend: false });
  await during();
  room.channel.set({ canSend: true });
  const ours = async () => (await room.messages()).filter(({ purpose }) => purpose !== null);
  await room.passes("settled", async () =>
    (await ours()).every(({ state }) => state === "sent" || state === "cancelled"),
  );
  return (await ours()).map(({ body, state, reason }) => [body.slice(0, body.indexOf(":")), state, reason]);
};

test("a reminder that waited until it is of no use is dropped, and the office hears of it; one in time goes", async () => {
  const office = await open(true);
  const { room, deps, customerId, startsAt } = office;
  const soon = room.clock.instant().add({ minutes: 1 });
  const remind = (reminder: Partial<ReminderToSend>) =>
    room.inTenant((ctx) => remindCustomer(deps, ctx, { ...reminderOf(customerId, startsAt), ...reminder }));
  const states = await outage(office, async () => {
    await remind({ reminderId: newId(), goodUntil: soon });
    await remind({ reminderId: newId(), goodUntil: soon.add({ minutes: 9 }) });
    room.clock.advance(60_000);
  });
  expect(states).toEqual([
    ["תזכורת", "cancelled", "too_late"],
    ["תזכורת", "sent", null],
  ]);
  expect(room.shown).toHaveLength(1);
  expect((await room.bell("whatsapp_failed")).map(({ body }) => body)).toEqual([say.reasons.too_late!]);
});

test("behind a link that stays away, a reminder stood as waiting when it had long been too late", async () => {
  const { room, deps, customerId, startsAt } = await open(true);
  room.channel.set({ canSend: false });
  const goodUntil = room.clock.instant().add({ minutes: 1 });
  await room.inTenant((ctx) => remindCustomer(deps, ctx, { ...reminderOf(customerId, startsAt), goodUntil }));
  const state = async () => (await room.messages()).at(-1)?.state;
  room.clock.advance(50_000);
  expect(await state()).toBe("queued");
  await room.passes("dropped", async () => (await state()) === "cancelled", 1_000);
  expect((await room.bell("whatsapp_failed")).map(({ body }) => body)).toEqual([say.reasons.too_late!]);
});

test.each([
  ["moved", "meeting_moved"],
  ["cancelled", "meeting_cancelled"],
] as const)(
  "a meeting that is %s takes back what waits to tell how it stood, and nothing else",
  async (kind, reason) => {
    const office = await open(true);
    const { room, deps, customerId, startsAt } = office;
    const slotAt = (at: Temporal.Instant) => ({
      resourceId: room.business.resourceIds[0]!,
      startMs: at.epochMilliseconds,
      endMs: at.add({ minutes: 30 }).epochMilliseconds,
    });
    const common = { now: room.clock.instant(), restCalendars: createRestCalendars() };
    const book = async (at: Temporal.Instant) => {
      const input = { ...common, customerId, slot: slotAt(at), source: "staff" as const };
      const made = await room.inTenant((ctx) => bookSlot(ctx, input));
      return made.kind === "booked" ? made.meeting.id : "";
    };
    const [changed, other] = [await book(startsAt), await book(startsAt.add({ hours: 1 }))];
    const news = createCustomerNews(deps);
    const states = await outage(office, async () => {
      for (const meetingId of [changed, other]) {
        const reminder = { ...reminderOf(customerId, startsAt), reminderId: newId(), meetingId };
        await room.inTenant((ctx) => remindCustomer(deps, ctx, reminder));
        await room.inTenant((ctx) => news.tell(ctx, { ...newsOf(office, "moved"), meetingId }));
      }
      await room.inTenant(async (ctx) => {
        if (kind === "cancelled") await cancelMeeting(ctx, { ...common, meetingId: changed });
        else await moveMeeting(ctx, { ...common, meetingId: changed, slot: slotAt(startsAt.add({ hours: 2 })) });
        await news.tell(ctx, { ...newsOf(office, kind), meetingId: changed, sequence: 2 });
      });
    });
    expect(states).toEqual([
      ["תזכורת", "cancelled", reason],
      ["הפגישה הוזזה", "cancelled", reason],
      ["תזכורת", "sent", null],
      ["הפגישה הוזזה", "sent", null],
      [kind === "moved" ? "הפגישה הוזזה" : "הפגישה בוטלה", "sent", null],
    ]);
  },
);

test.each([
  ["moved", "cancelled"],
  ["cancelled", "sent"],
] as const)("what staff did is told until the meeting begins, its end also later: %s", async (kind, expected) => {
  const office = await open(true);
  const { room, deps } = office;
  const startsAt = room.clock.instant().add({ minutes: 1 });
  const states = await outage(office, async () => {
    await room.inTenant((ctx) => createCustomerNews(deps).tell(ctx, newsOf({ ...office, startsAt }, kind)));
    room.clock.advance(60_000);
  });
  expect(states.map(([, state]) => state)).toEqual([expected]);
});

test("a line for the owner that waited for an hour is dropped without a further line about it", async () => {
  const office = await open(true);
  const { room, deps } = office;
  const tell = (key: string) =>
    room.inTenant((ctx) => tellOwner(deps, ctx, { phone: dana.value as Phone, text: `${key}: מחכה`, key }));
  const states = await outage(office, async () => {
    await tell("old");
    const now = room.clock.instant();
    expect((await room.messages()).at(-1)?.detail).toEqual({ notAfter: now.add({ hours: 1 }).toString() });
    await room.inTenant(({ tx }) => tx.update(messages).set({ detail: { notAfter: now.toString() } }));
    await tell("new");
  });
  expect(states).toEqual([
    ["old", "cancelled", "too_late"],
    ["new", "sent", null],
  ]);
  expect(await room.bell("whatsapp_failed")).toEqual([]);
});

const newsOf = (
  { customerId, startsAt }: Awaited<ReturnType<typeof open>>,
  kind: MeetingNews["kind"],
): MeetingNews => ({ kind, meetingId: newId(), customerId, startsAt, topic: "תספורת", sequence: 1 });

test("what staff did to a meeting goes to its customer in the words that were shown before, once", async () => {
  const office = await open(true);
  const { room, deps } = office;
  const news = createCustomerNews(deps);
  const when = "תספורת במספרת דנה, יום רביעי, 25 בנובמבר, בשעה 16:30.";
  const texts = [`הפגישה הוזזה: ${when}`, `הפגישה בוטלה: ${when} אפשר לכתוב כאן כדי לקבוע זמן אחר.`];
  for (const [index, kind] of (["moved", "cancelled"] as const).entries()) {
    const one = newsOf(office, kind);
    const seen = await room.inTenant((ctx) => news.preview(ctx, one));
    expect(seen).toEqual({ text: texts[index]!, isTemplate: false, refused: null });
    for (let tries = 0; tries < 2; tries++) expect(await room.inTenant((ctx) => news.tell(ctx, one))).toBe("told");
  }
  await room.passes("both", () => room.shown.length === 2);
  expect(room.shown).toEqual(texts);
});

test("of what cannot go it is known before, and nothing is queued", async () => {
  const never = await open(false);
  const wrote = await open(true);
  wrote.room.clock.advance(2_000);
  const narrow = { ...wrote, deps: { ...wrote.deps, windowMs: { baileys: 1_000, twilio: 1_000 } } };
  const both = async (office: typeof never, kind: MeetingNews["kind"]) => {
    const news = createCustomerNews(office.deps);
    const one = newsOf(office, kind);
    const { refused } = await office.room.inTenant((ctx) => news.preview(ctx, one));
    return [refused, await office.room.inTenant((ctx) => news.tell(ctx, one))];
  };
  expect(await both(never, "moved")).toEqual(["never_wrote", "never_wrote"]);
  await wrote.room.inTenant((ctx) => saveWhatsappSettings(ctx, { confirmationTemplate: "HXconfirmation" }));
  expect(await both(narrow, "cancelled")).toEqual(["no_template", "no_template"]);
  const seen = await wrote.room.inTenant((ctx) =>
    createCustomerNews(narrow.deps).preview(ctx, newsOf(narrow, "moved")),
  );
  expect(seen).toMatchObject({ isTemplate: true, refused: null, text: expect.stringMatching(/^סיכמנו: /) });
  await wrote.room.channel.arrives(dana, "הסר");
  expect(await both(wrote, "moved")).toEqual(["not_allowed", "not_allowed"]);
  expect((await wrote.room.messages()).filter(({ purpose }) => purpose === "confirmation")).toEqual([]);
});

test.each([
  ["reminder", { reminderTemplate: "HXreminder" }, "HXreminder"],
  ["confirmation", { confirmationTemplate: "HXconfirmation" }, "HXconfirmation"],
  ["confirmation without a template", { reminderTemplate: "HXreminder" }, null],
] as const)("outside the provider's window: a %s", async (what, settings, expected) => {
  const { room, customerId, deps: always, startsAt } = await open(true);
  const deps = { ...always, windowMs: { baileys: 1_000, twilio: 1_000 } };
  await room.inTenant((ctx) => saveWhatsappSettings(ctx, settings));
  room.clock.advance(2_000);
  if (what === "reminder")
    expect(await room.inTenant((ctx) => remindCustomer(deps, ctx, reminderOf(customerId, startsAt)))).toBe("told");
  else await confirmAfterCall({ room, customerId, deps, startsAt });
  const [sent] = (await room.messages()).filter(({ purpose }) => purpose !== null);
  expect(sent?.detail.templateId ?? null).toBe(expected);
  if (expected === null)
    expect((await room.bell("whatsapp_failed")).map(({ body }) => body)).toEqual([say.notTold.no_template]);
  else
    expect(sent?.detail.variables).toEqual({
      "1": "תספורת",
      "2": "מספרת דנה",
      "3": expect.stringMatching(/^.*בשעה 16:30$/),
    });
});

/** A meeting that was agreed in a call which is over. */
async function confirmAfterCall({ room, customerId, deps, startsAt }: Awaited<ReturnType<typeof open>>) {
  const { meetingId, callId } = await agreeInCall({ room, customerId, startsAt });
  await room.inTenant(({ tx }) => tx.update(calls).set({ endedAt: room.clock.instant() }));
  const handler = confirmationJobHandlers({ ...deps, db: room.db })[confirmationQueue]!;
  const payload = { meetingId, conversationId: callId };
  for (let runs = 0; runs < 2; runs++)
    await handler({ businessId: room.business.businessId, payload } as never, new AbortController().signal);
}

async function agreeInCall({
  room,
  customerId,
  startsAt,
}: Pick<Awaited<ReturnType<typeof open>>, "room" | "customerId" | "startsAt">) {
  const { businessId, resourceIds } = room.business;
  const [meetingId, callId] = [newId(), newId<CallId>()];
  await room.inTenant(async ({ tx }) => {
    await tx.insert(calls).values({
      id: callId,
      businessId,
      callSid: `CA${"1".repeat(32)}` as never,
      fromPhone: dana.value as never,
      toPhone: "+97235550100" as never,
      startedAt: room.clock.instant(),
      customerId,
    });
    await tx.insert(meetings).values({
      id: meetingId,
      businessId,
      resourceId: resourceIds[0]!,
      customerId,
      status: "booked",
      source: "call",
      startsAt,
      endsAt: startsAt.add({ minutes: 30 }),
      busyFrom: startsAt,
      busyTo: startsAt.add({ minutes: 30 }),
      topic: "תספורת",
      conversationId: callId,
    } as never);
  });
  return { meetingId, callId };
}

test("what was agreed in a call is confirmed in the chat once the call is over; what was written needs no confirmation", async () => {
  const { room, customerId, deps, startsAt } = await open(true);
  const { businessId } = room.business;
  const { meetingId, callId } = await agreeInCall({ room, customerId, startsAt });
  const handler = confirmationJobHandlers({ ...deps, db: room.db })[confirmationQueue]!;
  const run = (conversationId: string) =>
    handler({ businessId, payload: { meetingId, conversationId } } as never, new AbortController().signal);
  await run(newId());
  expect(run(callId)).rejects.toMatchObject({ code: "unavailable" });
  await room.inTenant(({ tx }) => tx.update(calls).set({ endedAt: room.clock.instant() }));
  await run(callId);
  await run(callId);
  await room.passes("the confirmation", () => room.shown.length === 1);
  expect(room.shown[0]).toStartWith("סיכמנו: תספורת במספרת דנה");
});

test("an owner who wrote to the business hears of things in that chat, once; a stranger's number gets nothing", async () => {
  const { room, deps } = await open(true);
  const tell = (phone: string, given = deps) =>
    room.inTenant((ctx) => tellOwner(given, ctx, { phone: phone as Phone, text: "דנה מחכה", key: "owner:1" }));
  expect(await tell("+972500000999")).toBe("never_wrote");
  expect([await tell(dana.value), await tell(dana.value)]).toEqual(["sent", "sent"]);
  await room.passes("the line", () => room.shown.length === 1);
  expect(room.shown).toEqual(["דנה מחכה"]);
  room.clock.advance(2_000);
  expect(await tell(dana.value, { ...deps, windowMs: { baileys: 1_000, twilio: 1_000 } })).toBe("window_closed");
  await room.channel.arrives(dana, "הסר");
  expect(await tell(dana.value)).toBe("opted_out");
});
