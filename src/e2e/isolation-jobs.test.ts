import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { jobHandlersOf } from "../app/chores.ts";
import { assembleWhatsApp } from "../app/whatsapp.ts";
import { systemClock } from "../base/clock.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { createSoundStore } from "../calls/sound-store.ts";
import { readConfig } from "../config.ts";
import { withSystem } from "../db/tenant.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { openTwoTenants, type TwoTenants } from "./testing/two-tenants.ts";

// S1, C1: every kind of job, run as one business with the ids and files of the other. The kinds are those that the product's
// runner knows, so that a new one without a case fails.
let tenants: TwoTenants;
let handlers: Record<string, JobHandler>;
let storageDir: string;
/** Ids and files of the other business, by the names that the cases use. */
let theirs: Record<string, string>;
/** What a handler did outside the database. */
const done: string[] = [];

/** Payload of each kind, with names in braces for what is the other's. */
const cases: Readonly<Record<string, unknown>> = {
  summarise_call: { callId: "{call}" },
  fetch_recording: { recordingId: "{recording}" },
  transcribe_recording: { recordingId: "{recording}" },
  delete_provider_recording: { recordingId: "{recording}" },
  delete_recording: { recordingId: "{recording}" },
  adopt_message: {
    ...{ callSid: "{callSid}", recordingSid: `RE${"1".repeat(32)}`, durationSeconds: 9 },
    ...{ from: "+972501112233", to: "+97235550100" },
    ...{ at: "2026-11-27T10:00:00Z", deleteAfter: "2026-11-29T10:00:00Z" },
  },
  "crm.task_due": { taskId: "{task}", dueAt: "2026-01-01T10:00:00Z" },
  "privacy.erase": { erasureId: "{erasure}" },
  "privacy.remove_files": { files: ["{file}"] },
  webhook_event: { event: "lead.created", id: "{lead}" },
  webhook_delivery: { deliveryId: "{delivery}" },
  webhook_failing: { deliveryId: "{delivery}" },
  push: { notificationId: "{notification}" },
  push_device: { notificationId: "{notification}", deviceId: "{device}" },
  owner_line: { notificationId: "{notification}", path: "mail" },
  reminder: { businessId: "{business}", reminderId: "{reminder}" },
  replan_reminders: {},
  meeting_confirmation: { meetingId: "{meeting}", conversationId: "{call}" },
  whatsapp_media: { mediaId: "{media}" },
  whatsapp_removed_media: { files: ["{file}"] },
  rehearse: { runId: "{run}" },
};

beforeAll(async () => {
  storageDir = mkdtempSync(join(tmpdir(), "agentlocator-jobs-"));
  tenants = await openTwoTenants();
  theirs = { ...tenants.b.ids, ...(await seedRest()) };
  handlers = productHandlers();
}, 60_000);
afterAll(async () => {
  await tenants.close();
  rmSync(storageDir, { recursive: true, force: true });
}, 30_000);

/** An object whose every method notes that it was called. */
const noting = (name: string) =>
  new Proxy({}, { get: (_target, method) => async () => void done.push(`${name}.${String(method)}`) }) as never;

function productHandlers(): Record<string, JobHandler> {
  const config = readConfig({ STORAGE_DIR: storageDir });
  const directory = { get: () => undefined, all: () => [] } as never;
  const voice = { transcriber: noting("transcriber"), summariser: noting("chat"), chatModel: null } as never;
  const common = {
    config,
    db: tenants.db,
    directory,
    voice,
    restCalendars: createRestCalendars(),
    secret: "s".repeat(32),
  };
  const rest = { clock: systemClock, log: silentLog };
  const outside = { publicBaseUrl: () => "http://127.0.0.1", owner: "test", budget: { isSpent: () => false } };
  const { desk, jobHandlers } = assembleWhatsApp({ ...common, ...rest, ...outside, random: Math.random });
  const forget = async () => void done.push("forget");
  const remind = async () => void done.push("remind");
  return jobHandlersOf({
    ...common,
    ...rest,
    sounds: createSoundStore(storageDir),
    provider: noting("provider"),
    whatsapp: { desk: { ...desk, forget }, jobHandlers, remind },
    push: async () => {
      done.push("push");
      return "sent";
    },
    owners: {
      ...rest,
      db: tenants.db,
      publicBaseUrl: outside.publicBaseUrl,
      byWhatsapp: async () => String(done.push("whatsapp")),
      byMail: async () => void done.push("mail"),
    },
    usdIlsRate: 3.7,
    budget: outside.budget,
  });
}

/** What `seedTenant` has none of: rows that only jobs ever name. */
async function seedRest(): Promise<Record<string, string>> {
  const { b, db } = tenants;
  const ids = { erasure: newId(), delivery: newId(), device: newId(), media: newId(), run: newId() };
  const file = `whatsapp/business_${b.businessId}/media/${ids.media}.png`;
  await Bun.write(join(storageDir, file), "picture");
  const { customer, webhook, lead, draft, message, user } = b.ids;
  const { reminder, callSid } = await withSystem(db, async (tx) => {
    const todo = { files: [file], recordingIds: [], callSids: [`CA${"1".repeat(32)}`] };
    await tx.execute(sql`insert into erasures (id, business_id, customer_id, todo, counts, requested_by_name)
      values (${ids.erasure}, ${b.businessId}, ${customer}, ${JSON.stringify(todo)}::jsonb, '{}', 'x')`);
    await tx.execute(sql`insert into webhook_deliveries (id, business_id, webhook_id, event, source, payload)
      values (${ids.delivery}, ${b.businessId}, ${webhook}, 'lead.created', ${lead}, '{"secret":1}')`);
    await tx.execute(sql`insert into push_subscriptions (id, business_id, user_id, endpoint, p256dh, auth, language)
      values (${ids.device}, ${b.businessId}, ${user}, 'https://push.example.com/b', 'x', 'x', 'he')`);
    for (const { businessId } of [tenants.a, tenants.b])
      await tx.execute(sql`insert into owner_paths (business_id, mail) values (${businessId}, 'x@example.com')`);
    await tx.execute(sql`insert into message_media (id, business_id, message_id, state, ref)
      values (${ids.media}, ${b.businessId}, ${message}, 'waiting', 'x')`);
    await tx.execute(sql`insert into rehearsal_runs (id, business_id, draft_id, scenario_name, lines, checks, body_hash)
      values (${ids.run}, ${b.businessId}, ${draft}, 'x', '{x}', '[]', 'x')`);
    await tx.execute(sql`update tasks set due_at = '2026-01-01T10:00:00Z' where business_id = ${b.businessId}`);
    const [row] = await tx.execute<{ id: string }>(
      sql`select id from reminders where business_id = ${b.businessId} limit 1`,
    );
    const [call] = await tx.execute<{ sid: string }>(sql`select call_sid as sid from calls where id = ${b.ids.call}`);
    return { reminder: row?.id ?? newId(), callSid: call!.sid };
  });
  return { ...ids, file, reminder, callSid };
}

const filled = (payload: unknown, ids: Readonly<Record<string, string>>): unknown =>
  JSON.parse(
    JSON.stringify(payload).replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? expect.unreachable(name)),
  );

const run = (queue: string, businessId: BusinessId | null, payload: unknown) =>
  handlers[queue]!(
    {
      id: newId(),
      businessId,
      queue,
      lane: null,
      payload,
      attempt: 1,
      maxAttempts: 5,
      waits: 0,
      createdAt: systemClock.instant(),
    },
    new AbortController().signal,
  );

describe("S1: jobs with another business's ids", () => {
  test("every kind of job has a case, and every case a kind", () => {
    expect(Object.keys(handlers).toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  test.each(Object.keys(cases))("%s does nothing and tells nobody", async (queue) => {
    const { a, b, rowsOf } = tenants;
    const before = [await rowsOf(a.businessId), await rowsOf(b.businessId)];
    done.length = 0;
    const outcome = await run(queue, a.businessId, filled(cases[queue], theirs)).then(
      () => "nothing to do",
      (error: unknown) => String((error as { code?: string }).code ?? error),
    );
    // "unavailable" would mean that it wanted to and could not.
    expect(["nothing to do", "bug", "not_found"]).toContain(outcome);
    expect([await rowsOf(a.businessId), await rowsOf(b.businessId)]).toEqual(before);
    expect(done).toEqual([]);
    expect(existsSync(join(storageDir, theirs.file!))).toBe(true);
  });

  test.each(Object.keys(cases))("%s of nobody does nothing either", async (queue) => {
    const { b, rowsOf } = tenants;
    const before = await rowsOf(b.businessId);
    done.length = 0;
    await run(queue, null, filled(cases[queue], theirs)).catch(() => {});
    expect([await rowsOf(b.businessId), done]).toEqual([before, []]);
    expect(existsSync(join(storageDir, theirs.file!))).toBe(true);
  });

  test("the cases are real: with its own ids the other business's file goes and the provider is told", async () => {
    const { b, db } = tenants;
    const [erasure, file] = [newId(), `whatsapp/business_${b.businessId}/media/own.png`];
    await Bun.write(join(storageDir, file), "picture");
    const todo = JSON.stringify({ files: [file], recordingIds: [], callSids: [`CA${"2".repeat(32)}`] });
    await withSystem(db, (tx) =>
      tx.execute(sql`insert into erasures (id, business_id, customer_id, todo, counts, requested_by_name)
        values (${erasure}, ${b.businessId}, ${b.ids.customer}, ${todo}::jsonb, '{}', 'x')`),
    );
    done.length = 0;
    await run("privacy.erase", b.businessId, { erasureId: erasure });
    expect(done).toEqual(["provider.deleteCall", "forget"]);
    expect(existsSync(join(storageDir, file))).toBe(false);
    const media = run("whatsapp_media", b.businessId, filled(cases.whatsapp_media, theirs));
    await expect(media).rejects.toMatchObject({ code: "unavailable" }); // it wanted to fetch it, and no session is here
  });
});
