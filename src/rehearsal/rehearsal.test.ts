import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { ScriptedModel, toolOutput } from "../assistant/testing/scripted-model.ts";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { type TestBusiness, testBusiness } from "../calendar/testing/test-business.ts";
import { businesses } from "../db/schema/business.ts";
import { customers } from "../db/schema/customer.ts";
import { jobs } from "../db/schema/job.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { RehearsalCheck } from "../db/schema/rehearsal.ts";
import { usage } from "../db/schema/usage.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { listPromptVersions, savePrompt } from "../tenants/prompts.ts";
import { listDrafts, publishDraft, saveDraft } from "./drafts.ts";
import { isMet } from "./judge.ts";
import { rehearsalJobHandlers } from "./rehearse-job.ts";
import { listRuns, startRuns } from "./runs.ts";
import { addExamples, saveScenario } from "./scenarios.ts";
import { sweepScratchTenants } from "./scratch-tenant.ts";

// Tuesday, 24 November 2026, 10:15 in Tel Aviv.
const clock = createVirtualClock(Temporal.Instant.from("2026-11-24T08:15:00Z"));
const restCalendars = createRestCalendars();
let db: TestDatabase;
let business: TestBusiness;

beforeAll(async () => {
  db = await testDatabase();
});
beforeEach(async () => {
  business = await testBusiness(db);
});
afterAll(() => db.drop());

/** Plays what is queued of this business; the model follows `script`. */
async function playAll(model: ScriptedModel | null, isSpent = () => false): Promise<void> {
  const handlers = rehearsalJobHandlers({
    db,
    clock,
    log: silentLog,
    restCalendars,
    model,
    isSpent,
    profileOf: (id) => ({
      id,
      name: "מספרת דנה",
      assistantName: "נועה",
      timezone: "Asia/Jerusalem",
      city: "תל אביב",
      phones: ["+97235550100" as Phone],
      callPrompt: "קוד-בתוקף",
      whatsappPrompt: "קוד-בתוקף",
      facts: "",
      recordCalls: true,
    }),
  });
  const queued = await withSystem(db, (tx) =>
    tx.delete(jobs).where(eq(jobs.businessId, business.businessId)).returning(),
  );
  for (const job of queued) await handlers.rehearse!(job as unknown as ClaimedJob, new AbortController().signal);
}

const draftOf = (body: string) => business.run((ctx) => saveDraft(ctx, { channel: "whatsapp", body }));
const scenario = (lines: string[], checks: RehearsalCheck[]) =>
  business.run((ctx) => saveScenario(ctx, { name: "תרחיש", lines, checks }));

async function rehearsed(draftId: string, scenarioId: string, model: ScriptedModel | null) {
  await business.run((ctx) => startRuns(ctx, draftId, [scenarioId]));
  await playAll(model);
  const [run] = await business.run((ctx) => listRuns(ctx, draftId));
  return run!;
}

/** Offers what is asked for, then lets the rules take the yes. */
const bookingModel = () => {
  const model = new ScriptedModel();
  model.will({ call: "check_availability", with: { date: "2026-11-25", time: "16:30" } }, (request) =>
    String(toolOutput(request).say ?? "מחר, יום רביעי 25 בנובמבר, בשעה 16:30 פנוי. לקבוע?"),
  );
  return model;
};

describe("S6: rehearsing costs money", () => {
  test("which stands in the business's usage, and nowhere else", async () => {
    const { id } = await draftOf("קוד");
    const made = await scenario(["שלום"], []);
    const model = new ScriptedModel();
    model.will("שלום וברכה");
    const run = await rehearsed(id, made.id, model);
    const noted = await withSystem(db, (tx) =>
      tx
        .select()
        .from(usage)
        .where(eq(usage.key, `rehearsal:${run.id}:0`)),
    );
    expect(noted).toMatchObject([{ businessId: business.businessId, kind: "chat", model: model.name }]);
    expect(model.requests).toHaveLength(1);
  });

  test("and so it is not done when the day's is used up", async () => {
    const { id } = await draftOf("קוד");
    const made = await scenario(["שלום"], []);
    await business.run((ctx) => startRuns(ctx, id, [made.id]));
    const model = new ScriptedModel();
    await playAll(model, () => true);
    const [run] = await business.run((ctx) => listRuns(ctx, id));
    expect(run).toMatchObject({ status: "error", error: "budget_spent" });
    expect(model.requests).toEqual([]);
  });

  test("and what waits is bounded, however many ask for it at once", async () => {
    const { id } = await draftOf("קוד");
    await business.run(async (ctx) => {
      for (let n = 0; n < limits.rehearsalScenariosMax; n++)
        await saveScenario(ctx, { name: `תרחיש ${n}`, lines: ["שלום"], checks: [] });
    });
    const asked = Array.from({ length: 4 }, () => business.run((ctx) => startRuns(ctx, id, [])));
    const outcomes = await Promise.all(
      asked.map((each) =>
        each.then(
          ({ length }) => length,
          (error: AppError) => error.code,
        ),
      ),
    );
    expect(outcomes.toSorted()).toEqual([50, 50, "rate_limited", "rate_limited"]);
  });
});

describe("a rehearsal", () => {
  test("plays the draft with the real tools, books in its own tenant only, and says what was met", async () => {
    const { id } = await draftOf("קוד-טיוטה");
    const wanted = await scenario(
      ["אפשר תור מחר בארבע וחצי?", "כן, אפשר"],
      [
        { kind: "tool", name: "check_availability" },
        { kind: "meeting", booked: true, time: "16:30" },
        { kind: "never_says", text: "חינם" },
      ],
    );
    const model = bookingModel();
    const before = await everything();
    const run = await rehearsed(id, wanted.id, model);
    expect([run.status, run.met, run.error]).toEqual(["passed", [true, true, true], null]);
    expect(run.transcript.map(({ author }) => author)).toEqual(["customer", "assistant", "customer", "assistant"]);
    expect(run.transcript[1]?.tools).toEqual(["check_availability"]);
    expect(JSON.stringify(model.requests[0]?.messages)).toContain("קוד-טיוטה");
    expect(JSON.stringify(model.requests)).not.toContain("קוד-בתוקף");
    expect(await everything()).toEqual(before);
  });

  /** In the real calendar, tomorrow at 16:30. */
  const stands = (status: "booked" | "held", holdExpiresAt?: Temporal.Instant) => {
    const start = Temporal.Instant.from("2026-11-25T14:30:00Z");
    const end = start.add({ minutes: 30 });
    return business.run(({ tx, businessId }) =>
      tx.insert(meetings).values({
        id: newId(),
        businessId,
        resourceId: business.resourceIds[0]!,
        customerId: business.customerIds[0]!,
        ...{ status, holdExpiresAt, startsAt: start, endsAt: end, busyFrom: start, busyTo: end },
        topic: "סוד",
        source: "staff",
      }),
    );
  };

  test("an hour that was offered to somebody and is free again is free in the rehearsal", async () => {
    const { id } = await draftOf("טיוטה");
    await stands("held", clock.instant());
    const wanted = await scenario(["אפשר תור מחר בארבע וחצי?", "כן, אפשר"], [{ kind: "meeting", booked: true }]);
    expect((await rehearsed(id, wanted.id, bookingModel())).status).toBe("passed");
  });

  test("what is taken in the real calendar is taken in the rehearsal", async () => {
    const { id } = await draftOf("טיוטה");
    await stands("booked");
    const wanted = await scenario(["אפשר תור מחר בארבע וחצי?"], [{ kind: "meeting", booked: false }]);
    const model = bookingModel();
    const run = await rehearsed(id, wanted.id, model);
    expect(run.status).toBe("passed");
    expect(JSON.stringify(model.requests.at(-1))).toContain("taken");
    expect(JSON.stringify(model.requests)).not.toContain("סוד");
  });

  test("a calendar with thousands of meetings is rehearsed as any other", async () => {
    const { id } = await draftOf("טיוטה");
    await business.run(({ tx, businessId }) =>
      tx.execute(sql`insert into meetings (id, business_id, resource_id, status, starts_at, ends_at, busy_from, busy_to, source)
        select gen_random_uuid(), ${businessId}, ${business.resourceIds[0]}, 'booked', at, at + interval '5 minutes', at,
          at + interval '5 minutes', 'staff'
        from generate_series('2026-12-01'::timestamptz, '2026-12-16', '5 minutes') as at`),
    );
    const wanted = await scenario(["אפשר תור מחר בארבע וחצי?", "כן, אפשר"], [{ kind: "meeting", booked: true }]);
    expect(await rehearsed(id, wanted.id, bookingModel())).toMatchObject({ status: "passed", error: null });
  });

  test("a check that is not met is a failed rehearsal, with everything that was said", async () => {
    const { id } = await draftOf("טיוטה");
    const wanted = await scenario(["כמה עולה?"], [{ kind: "says", text: "עשרים שקלים" }, { kind: "task" }]);
    const model = new ScriptedModel();
    model.will("אשמח לבדוק ולחזור אליך.");
    const run = await rehearsed(id, wanted.id, model);
    expect([run.status, run.met, run.transcript.at(-1)?.text]).toEqual([
      "failed",
      [false, false],
      "אשמח לבדוק ולחזור אליך.",
    ]);
  });

  test("without a model it ends with an error that says so; a draft that changed is not played as what it was", async () => {
    const draft = await draftOf("טיוטה");
    const wanted = await scenario(["שלום"], []);
    expect(await rehearsed(draft.id, wanted.id, null)).toMatchObject({ status: "error", error: "no_model" });
    await business.run((ctx) => startRuns(ctx, draft.id, [wanted.id]));
    await business.run((ctx) => saveDraft(ctx, { channel: "whatsapp", body: "אחרת" }, draft.id));
    await playAll(new ScriptedModel());
    const [run] = await business.run((ctx) => listRuns(ctx, draft.id));
    expect(run).toMatchObject({ status: "error", error: "draft_changed" });
  });

  test("scratch tenants that a dead process left are swept, younger ones and real businesses stay", async () => {
    const [young, old] = [newId(), newId()];
    const scratch = (id: string, createdAt: Temporal.Instant) => ({
      id: id as never,
      name: "x",
      timezone: "Asia/Jerusalem",
      status: "scratch" as const,
      createdAt,
    });
    const now = clock.instant();
    await withSystem(db, (tx) =>
      tx.insert(businesses).values([scratch(young, now), scratch(old, now.subtract({ hours: 2 }))]),
    );
    await sweepScratchTenants(db, now);
    const left = (await withSystem(db, (tx) => tx.select({ id: businesses.id }).from(businesses))).map(({ id }) => id);
    expect([left.includes(young as never), left.includes(old as never)]).toEqual([true, false]);
    expect(left).toContain(business.businessId);
    await withSystem(db, (tx) => tx.delete(businesses).where(eq(businesses.id, young as never)));
  });
});

describe("a draft", () => {
  test("published it is in force as a version that keeps its rehearsals; published again it stays that version", async () => {
    const draft = await draftOf("הנוסח החדש");
    const wanted = await scenario(["שלום"], [{ kind: "says", text: "שלום" }]);
    const model = new ScriptedModel();
    model.will("שלום וברוכים הבאים");
    await rehearsed(draft.id, wanted.id, model);
    const { version } = await business.run((ctx) => publishDraft(ctx, draft.id));
    expect(await business.run((ctx) => publishDraft(ctx, draft.id))).toEqual({ version });
    const [inForce] = await business.run((ctx) => listPromptVersions(ctx, "whatsapp"));
    expect(inForce).toMatchObject({ version, body: "הנוסח החדש" });
    const published = (await business.run(listDrafts)).find(({ publishedVersion }) => publishedVersion === version);
    expect(await business.run((ctx) => listRuns(ctx, published!.id))).toMatchObject([{ status: "passed" }]);
    const change = { channel: "whatsapp" as const, body: "עוד" };
    await expect(business.run((ctx) => saveDraft(ctx, change, draft.id))).rejects.toMatchObject({ code: "taken" });
  });

  test("does not go over what a colleague put in force since it was begun, until its author has seen that", async () => {
    const draft = await draftOf("שלי");
    const theirs = await business.run((ctx) => savePrompt(ctx, "whatsapp", "של הקולגה"));
    const publish = () => business.run((ctx) => publishDraft(ctx, draft.id));
    await expect(publish()).rejects.toMatchObject({ code: "taken", public: "changed_meanwhile" });
    const odd = { channel: "whatsapp", body: "שלי", basedOn: 2 ** 31 } as const;
    await expect(business.run((ctx) => saveDraft(ctx, odd))).rejects.toMatchObject({ code: "invalid" });
    // Other words alone are no look at the colleague's.
    const words = { channel: "whatsapp", body: "שלי, אחרי מחשבה" } as const;
    expect(await business.run((ctx) => saveDraft(ctx, words, draft.id))).toMatchObject({ basedOn: draft.basedOn });
    await expect(publish()).rejects.toMatchObject({ code: "taken" });
    await business.run((ctx) => saveDraft(ctx, { ...words, basedOn: theirs.version }, draft.id));
    expect(await publish()).toEqual({ version: theirs.version + 1 });
  });

  test("with a placeholder that is none is refused", () => {
    return expect(draftOf("שלום {{shoe_size}}")).rejects.toMatchObject({ code: "invalid" });
  });
});

test("the example scenarios are there to begin with, and too many are refused", async () => {
  expect(await business.run(addExamples)).toHaveLength(3);
  const many = async () => {
    for (let count = 0; count < 60; count++) await scenario(["שלום"], []);
  };
  await expect(many()).rejects.toBeInstanceOf(AppError);
});

describe("a check", () => {
  const outcome = {
    transcript: [
      { author: "customer" as const, text: "אפשר הנחה?", tools: [] },
      { author: "assistant" as const, text: "המחיר הוא\n120 שקלים", tools: ["answer_from_knowledge"] },
    ],
    booked: ["16:30"],
    tasks: 1,
  };
  test.each<[RehearsalCheck, boolean]>([
    [{ kind: "says", text: "המחיר הוא 120" }, true],
    [{ kind: "says", text: "הנחה" }, false], // the customer's word, not the assistant's
    [{ kind: "never_says", text: "הנחה" }, true],
    [{ kind: "never_says", text: "120 שקלים" }, false],
    [{ kind: "tool", name: "answer_from_knowledge" }, true],
    [{ kind: "tool", name: "book_meeting" }, false],
    [{ kind: "meeting", booked: true }, true],
    [{ kind: "meeting", booked: true, time: "16:30" }, true],
    [{ kind: "meeting", booked: true, time: "17:00" }, false],
    [{ kind: "meeting", booked: false }, false],
    [{ kind: "task" }, true],
  ])("%p is met: %p", (check, met) => expect(isMet(check, outcome)).toBe(met));
});

/** What a rehearsal must not touch. */
async function everything() {
  const all = await withSystem(db, async (tx) => ({
    businesses: await tx.select({ id: businesses.id }).from(businesses),
    customers: await tx.select({ id: customers.id }).from(customers),
    meetings: await tx.select({ id: meetings.id }).from(meetings),
  }));
  return all;
}
