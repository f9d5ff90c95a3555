import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import type { Access } from "../api/env.ts";
import { door, member } from "../api/testing/door.ts";
import { MULAW_TO_LINEAR } from "../audio/mulaw.ts";
import { type CallId, type CallSid, type CustomerId, newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { auditLog } from "../db/schema/audit.ts";
import { calls, callTerms, callTurns } from "../db/schema/call.ts";
import { customers } from "../db/schema/customer.ts";
import { recordings } from "../db/schema/recording.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import type { CallGlance } from "../live-call/glance.ts";
import { tracePlot } from "../live-call/vad/trace-plot.ts";
import { addBusiness } from "../tenants/business.ts";
import { createCallsApi } from "./api.ts";
import { createSoundStore } from "./sound-store.ts";

interface Listed {
  items: { id: string; startedLocal: string; summary: string | null }[];
  next: string | null;
}

const storage = mkdtempSync(join(tmpdir(), "agentlocator-calls-"));
const sounds = createSoundStore(storage);
const live: CallGlance[] = [];
let db: TestDatabase;
let api: ReturnType<typeof door>;
let owner: Access;
let stranger: Access;

beforeAll(async () => {
  db = await testDatabase();
  const glance = (id: unknown) => live.filter((call) => call.businessId === id);
  api = door(createCallsApi({ db, sounds, live: { glance }, tracePlot }));
  owner = member(await addBusiness(db, { name: "מספרה", phone: "+97231112001" as Phone }));
  stranger = member(await addBusiness(db, { name: "מוסך", phone: "+97231112002" as Phone }));
}, 60_000);
afterAll(async () => {
  await db.drop();
  rmSync(storage, { recursive: true, force: true });
});

interface Made {
  at: string;
  said?: string;
  from?: string;
  summary?: string;
  endReason?: string;
  trace?: Uint8Array;
  streamAtMs?: number;
  customerId?: CustomerId;
}

const inOffice = <T>(who: Access, run: Parameters<typeof withTenant<T>>[2]) => withTenant(db, who.businessId!, run);

async function makeCall(who: Access, { at, said, from, ...rest }: Made): Promise<CallId> {
  const id = newId<CallId>();
  const startedAt = Temporal.Instant.from(at);
  await inOffice(who, async (tx) => {
    await tx.insert(calls).values({
      id,
      businessId: who.businessId!,
      callSid: `CA${id.replaceAll("-", "")}` as CallSid,
      fromPhone: (from ?? "+972541230000") as Phone,
      toPhone: "+97231112001" as Phone,
      status: "completed",
      startedAt,
      endedAt: startedAt.add({ minutes: 1 }),
      durationMs: 60_000,
      ...rest,
    });
    const turn = { businessId: who.businessId!, callId: id, seq: 0, role: "caller" as const, startMs: 0, endMs: 900 };
    if (said) await tx.insert(callTurns).values({ ...turn, text: said, interrupted: false });
  });
  return id;
}

async function makeRecording(who: Access, callId: CallId, stereo: Uint8Array): Promise<string> {
  const id = newId();
  const stored = await sounds.saveCall(who.businessId!, id, stereo);
  const row = { id, businessId: who.businessId!, callId, origin: "stream" as const, status: "stored" as const };
  const deleteAfter = Temporal.Instant.from("2030-01-01T00:00Z");
  await inOffice(who, (tx) => tx.insert(recordings).values({ ...row, ...stored, deleteAfter }));
  return id;
}

const list = async (query: string, who: Access = owner): Promise<string[]> =>
  (await api.json<Listed>(who, `/api/calls?${query}`)).body.items.map(({ id }) => id);

test("the log has its pages, newest first, and only the business's own calls", async () => {
  const made: string[] = [];
  for (const minute of [10, 11, 12]) made.unshift(await makeCall(owner, { at: `2026-01-05T08:${minute}:00Z` }));
  const window = "from=2026-01-05&to=2026-01-05&limit=2";
  const first = await api.json<Listed>(owner, `/api/calls?${window}`);
  const second = await api.json<Listed>(owner, `/api/calls?${window}&cursor=${first.body.next}`);
  expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(made);
  expect(second.body.next).toBeNull();
  expect(first.body.items[0]?.startedLocal).toBe("2026-01-05T10:12");
  expect(await list(window, stranger)).toEqual([]);
});

test("a day of the filter is a day of the business's zone, also the one with 23 hours", async () => {
  // Jerusalem, 27 March 2026: the clock goes from 02:00 to 03:00. Midnights: 26th 22:00Z and 27th 21:00Z.
  const inside = [
    await makeCall(owner, { at: "2026-03-27T20:59:59Z" }),
    await makeCall(owner, { at: "2026-03-26T22:00:00Z" }),
  ];
  await makeCall(owner, { at: "2026-03-26T21:59:59Z" });
  await makeCall(owner, { at: "2026-03-27T21:00:00Z" });
  expect(await list("from=2026-03-27&to=2026-03-27")).toEqual(inside);
});

test("calls are found by what was said, by the summary, by name and by digits", async () => {
  const customerId = newId<CustomerId>();
  await inOffice(owner, (tx) =>
    tx.insert(customers).values({ id: customerId, businessId: owner.businessId!, name: "רונית שגב" }),
  );
  const said = await makeCall(owner, { at: "2026-02-01T10:00Z", said: "יש לכם 100% חניה?" });
  const summed = await makeCall(owner, { at: "2026-02-01T11:00Z", summary: "ביקשה הצעת מחיר" });
  const named = await makeCall(owner, { at: "2026-02-01T12:00Z", customerId, from: "+972587654321" });
  const day = "from=2026-02-01&to=2026-02-01";
  const search = (text: string) => list(`${day}&text=${encodeURIComponent(text)}`);
  expect(await search("חניה")).toEqual([said]);
  expect(await search("100%")).toEqual([said]);
  expect(await search("1_0")).toEqual([]); // two beginnings of words
  expect(await search("מחיר הצע")).toEqual([summed]);
  expect(await search("אין מחיר")).toEqual([]);
  expect(await search("הצעת מחיר")).toEqual([summed]);
  expect(await search("רונית")).toEqual([named]);
  expect(await search("058-7654321")).toEqual([named]);
  expect(await list(`${day}&customerId=${customerId}`)).toEqual([named]);
  expect(await list(`text=${encodeURIComponent("חניה")}`, stranger)).toEqual([]);
});

test("the words by which a call is found keep in step with what is known of it", async () => {
  const day = "from=2026-04-11&to=2026-04-11";
  const id = await makeCall(owner, { at: "2026-04-11T10:00Z", said: "רציתי תור לתספורת של הילדים" });
  const search = (text: string) => list(`${day}&text=${encodeURIComponent(text)}`);
  for (const text of ["תספורת", "לתספו", "ילדים תור", "0541230000", "230000"])
    expect(await search(text), text).toEqual([id]);
  expect(await search("פורת")).toEqual([]); // by its beginning, not by its middle
  await inOffice(owner, (tx) => tx.update(callTurns).set({ text: "רציתי צבע" }).where(eq(callTurns.callId, id)));
  expect([await search("תספורת"), await search("צבע")]).toEqual([[], [id]]);
  await inOffice(owner, (tx) => tx.update(calls).set({ summary: "ביקשה גוונים" }).where(eq(calls.id, id)));
  expect(await search("גוונים צבע")).toEqual([id]);
  await inOffice(owner, async (tx) => {
    await tx.delete(callTurns).where(eq(callTurns.callId, id));
    await tx.update(calls).set({ summary: null, fromPhone: null }).where(eq(calls.id, id));
    expect(await tx.$count(callTerms, eq(callTerms.callId, id))).toBe(0);
  });
});

test("calls are told apart by how they ended and by whether they can be heard", async () => {
  const day = "from=2026-02-02&to=2026-02-02";
  const fell = await makeCall(owner, { at: "2026-02-02T10:00Z", endReason: "fallback" });
  const done = await makeCall(owner, { at: "2026-02-02T11:00Z", endReason: "caller_hung_up" });
  await makeRecording(owner, done, new Uint8Array(320));
  expect(await list(`${day}&reason=fallback,bug`)).toEqual([fell]);
  expect(await list(`${day}&recorded=true`)).toEqual([done]);
  expect(await list(`${day}&recorded=false`)).toEqual([fell]);
});

test("one call comes with what was said; its trace as lists of equal length, empty when there was no stream", async () => {
  // Header, then a record: level 40 dB, floor 20 dB, threshold 26 dB, speaking + barge-in.
  const trace = Uint8Array.from([0x56, 0x54, 1, 5, 80, 40, 52, 9]);
  const id = await makeCall(owner, { at: "2026-02-03T10:00Z", said: "שלום", trace, streamAtMs: 2_900 });
  const bare = await makeCall(owner, { at: "2026-02-03T11:00Z" });
  const call = await api.json<{ turns: unknown[]; streamAtMs: number }>(owner, `/api/calls/${id}`);
  expect(call.body.streamAtMs).toBe(2_900);
  expect((await api.json(owner, `/api/calls/${bare}`)).body).toMatchObject({ streamAtMs: null });
  const said = { role: "caller", text: "שלום", startMs: 0, endMs: 900 };
  expect(call.body.turns).toEqual([{ ...said, interrupted: false, recordingId: null }]);
  const plot = await api.json(owner, `/api/calls/${id}/trace`);
  expect(plot.body).toMatchObject({ stepMs: 100, levelDb: [40], floorDb: [20], thresholdDb: [26], decisions: [9] });
  expect((await api.json(owner, `/api/calls/${bare}/trace`)).body).toMatchObject({ levelDb: [], decisions: [] });
});

test("live calls are those of the business, with the caller's name once the log knows it", async () => {
  const id = await makeCall(owner, { at: "2026-02-04T10:00Z" });
  const levels = { levelRms: 0, noiseFloorRms: 0, speechThresholdRms: 0 };
  const seen = { callSid: "CA1" as CallSid, from: "", phase: "streaming", speaking: "caller", ...levels } as const;
  const startedAt = Temporal.Instant.from("2026-02-04T10:00Z");
  live.push({ ...seen, callId: id, businessId: owner.businessId!, startedAt });
  live.push({ ...seen, callId: newId<CallId>(), businessId: stranger.businessId!, startedAt });
  const { body } = await api.json<{ items: { id: string }[] }>(owner, "/api/calls/live");
  expect(body.items).toMatchObject([
    { id, from: null, startedLocal: "2026-02-04T12:00", phase: "streaming", speaking: "caller", customerName: null },
  ]);
});

/** 300 bytes of mu-law: every value, so that a shifted sample shows. */
const sound = Uint8Array.from({ length: 300 }, (_, at) => (at * 7) % 256);

/** What a player must get, worked out apart from the code: a PCM header and every sample in 16 bits, low byte first. */
function asPcm(mulaw: Uint8Array): Buffer {
  const samples = Buffer.alloc(mulaw.length * 2);
  mulaw.forEach((byte, at) => void samples.writeInt16LE(MULAW_TO_LINEAR[byte]!, at * 2));
  const header = Buffer.from(
    `RIFF....WAVEfmt \x10\0\0\0\x01\0\x02\0\x40\x1f\0\0\0\x7d\0\0\x04\0\x10\0data....`,
    "latin1",
  );
  header.writeUInt32LE(36 + samples.length, 4);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

test("a recording plays as 16-bit PCM, and any part of it is the same part of the whole", async () => {
  const callId = await makeCall(owner, { at: "2026-02-05T10:00Z" });
  const path = `/api/calls/${callId}/recordings/${await makeRecording(owner, callId, sound)}`;
  const whole = asPcm(sound);
  const get = (range?: string, more = {}) =>
    api.ask(owner, path, { headers: { ...(range ? { Range: range } : {}), ...more } });
  const all = await get();
  expect([all.status, all.headers.get("content-type"), all.headers.get("accept-ranges")]).toEqual([
    200,
    "audio/wav",
    "bytes",
  ]);
  expect(Buffer.from(await all.arrayBuffer()).equals(whole)).toBe(true);
  for (const [from, to] of [
    [0, 2],
    [0, 44],
    [10, 50],
    [43, 45],
    [44, 46],
    [45, 46],
    [46, 51],
    [600, 644],
    [0, 644],
  ] as const) {
    const part = await get(`bytes=${from}-${to - 1}`);
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes ${from}-${to - 1}/644`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(from, to)), `${from}-${to}`).toBe(true);
  }
  expect(Buffer.from(await (await get("bytes=-3")).arrayBuffer()).equals(whole.subarray(-3))).toBe(true);
  const beyond = await get("bytes=644-");
  expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */644"]);
  const etag = all.headers.get("etag")!;
  expect((await get("bytes=0-1", { "If-Range": etag })).status).toBe(206);
  expect((await get("bytes=0-1", { "If-Range": '"another"' })).status).toBe(200);
  const head = await api.ask(owner, path, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("a long recording comes in parts of bounded size that fit together", async () => {
  const callId = await makeCall(owner, { at: "2026-02-05T11:00Z" });
  const long = Uint8Array.from({ length: 2_400_000 }, (_, at) => (at * 31 + (at >> 9)) % 256);
  const path = `/api/calls/${callId}/recordings/${await makeRecording(owner, callId, long)}`;
  const whole = asPcm(long);
  const got: Uint8Array[] = [];
  for (let at = 0; at < whole.length; ) {
    const part = await api.ask(owner, path, { headers: { Range: `bytes=${at}-` } });
    expect(part.status).toBe(206);
    got.push(new Uint8Array(await part.arrayBuffer()));
    at += got.at(-1)!.length;
  }
  expect(got.length).toBe(2);
  expect(Buffer.concat(got).equals(whole)).toBe(true);
  const streamed = await api.ask(owner, path);
  expect(Buffer.from(await streamed.arrayBuffer()).equals(whole)).toBe(true);
});

test("listening is written down once per listener, however many parts the player asks for", async () => {
  const callId = await makeCall(owner, { at: "2026-02-06T10:00Z" });
  const recording = await makeRecording(owner, callId, sound);
  const path = `/api/calls/${callId}/recordings/${recording}`;
  const colleague: Access = { ...member(owner.businessId, "agent"), name: "יוסי" };
  for (const range of ["bytes=0-9", "bytes=100-109", "bytes=0-"])
    await api.ask(owner, path, { headers: { Range: range } });
  await api.ask(colleague, path);
  await api.ask(owner, `${path}/peaks`);
  const rows = await inOffice(owner, (tx) =>
    tx
      .select()
      .from(auditLog)
      .where(eq(auditLog.subject, `recording:${recording}`)),
  );
  expect(rows.map(({ action, actorName, detail }) => [action, actorName, detail])).toEqual([
    ["recording.play", "דנה", { callId }],
    ["recording.play", "יוסי", { callId }],
  ]);
});

test("a call of another business is not there: neither its words, nor its trace, nor its sound", async () => {
  const callId = await makeCall(owner, { at: "2026-02-07T10:00Z" });
  const other = await makeCall(owner, { at: "2026-02-07T11:00Z" });
  const recording = await makeRecording(owner, callId, sound);
  for (const path of ["", "/trace", `/recordings/${recording}`, `/recordings/${recording}/peaks`])
    expect((await api.ask(stranger, `/api/calls/${callId}${path}`)).status, path).toBe(404);
  expect((await api.ask(owner, `/api/calls/${other}/recordings/${recording}`)).status).toBe(404);
  const played = eq(auditLog.action, "recording.play");
  expect(await inOffice(stranger, (tx) => tx.select().from(auditLog).where(played))).toEqual([]);
});

test.each([
  ["/api/calls?from=yesterday", 422],
  ["/api/calls?from=2026-02-30", 422],
  ["/api/calls?text=x", 422],
  ["/api/calls?cursor=x", 422],
  ["/api/calls?limit=0", 422],
  ["/api/calls?page=1", 422],
  ["/api/calls/seven", 404],
  [`/api/calls/${newId()}/recordings/seven`, 404],
])("%s is refused with %i", async (path, status) => {
  expect((await api.ask(owner, path)).status).toBe(status);
});
