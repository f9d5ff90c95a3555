import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { count, eq } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { calls } from "../db/schema/call.ts";
import { customers } from "../db/schema/customer.ts";
import { recordings } from "../db/schema/recording.ts";
import { withSystem } from "../db/tenant.ts";
import type { CallReport } from "../sim/report.ts";
import { signRequest } from "../sim/twilio/signature.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";
import { rawPost, ringing, signedPost, tokenIn } from "./testing/wire.ts";

// The whole product behind a TLS proxy: its public address is not the one it listens on, as on a real server.
const publicBaseUrl = "https://voice.example.co.il";
const phone = "+97235550100" as Phone;
let stage: Stage;
let businessId: BusinessId;

beforeAll(async () => {
  stage = await openStage({ environment: { PUBLIC_BASE_URL: publicBaseUrl } });
  businessId = await stage.addBusiness({ name: "מספרת דנה", phone, greeting: "שלום, הגעתם למספרת דנה. השיחה מוקלטת." });
}, 30_000);
afterAll(() => stage.stop(), 30_000);

const rowsOf = (callSid: string) =>
  withSystem(stage.db, (tx) =>
    tx
      .select()
      .from(calls)
      .where(eq(calls.callSid, callSid as never)),
  );
const sizeOf = async () =>
  withSystem(stage.db, async (tx) => {
    const [inLog] = await tx.select({ rows: count() }).from(calls);
    const [known] = await tx.select({ rows: count() }).from(customers);
    return [inLog!.rows, known!.rows];
  });
/** Lines that tell of calls and model sessions: what a request must not cause shows as one more. */
const begun = (): number =>
  stage.lines.filter((line) => / new call started | \[REALTIME\] connected /.test(line)).length;
const shortCall = (faults = {}): Promise<CallReport> =>
  stage.world.dial({ name: "e2e", title: "", faults, steps: [{ do: "listen" }, { do: "hangUp" }], patienceMs: 20_000 })
    .report;

describe("S3: a request that Twilio did not sign", () => {
  const paths = [
    "/webhook/incoming_call",
    "/webhook/call_status",
    "/webhook/handle_recording",
    "/webhook/stream_status",
    "/webhook/stream_ended?leg=0",
    "/webhook/transfer_result?leg=0",
  ];
  type Forgery = { body: string; signature: string | null };
  const forgeries: [string, (path: string, form: Record<string, string>, token: string) => Forgery][] = [
    ["without a signature", (_, form) => ({ body: body(form), signature: null })],
    ["with any signature", (_, form) => ({ body: body(form), signature: "bm90IHR3aWxpbw==" })],
    [
      "signed with another account's token",
      (path, form) => ({ body: body(form), signature: signRequest("another-token", publicBaseUrl + path, form) }),
    ],
    [
      "signed for the address it listens on",
      (path, form, token) => ({ body: body(form), signature: signRequest(token, stage.listensAt + path, form) }),
    ],
    [
      "signed for plain http",
      (path, form, token) => ({
        body: body(form),
        signature: signRequest(token, `http://voice.example.co.il${path}`, form),
      }),
    ],
    [
      "with a field more than was signed",
      (path, form, token) => ({
        body: `${body(form)}&CallDuration=1`,
        signature: signRequest(token, publicBaseUrl + path, form),
      }),
    ],
    [
      "with a field twice",
      (path, form, token) => ({
        body: `${body(form)}&To=%2B97239999999`,
        signature: signRequest(token, publicBaseUrl + path, form),
      }),
    ],
    [
      "of another account",
      (path, form, token) => {
        const foreign = { ...form, AccountSid: `AC${"9".repeat(32)}` };
        return { body: body(foreign), signature: signRequest(token, publicBaseUrl + path, foreign) };
      },
    ],
  ];
  const body = (form: Record<string, string>): string => new URLSearchParams(form).toString();

  test("is refused at once, whatever it is, with a database that answers nothing: no row, no model session", async () => {
    const before = await sizeOf();
    const told = begun();
    stage.databaseLink.up.mode = "drop";
    for (const path of paths)
      for (const [what, forge] of forgeries) {
        const { body, signature } = forge(path, ringing(stage), stage.world.account.authToken);
        const tookMs: number[] = [];
        for (let attempt = 0; attempt < 3; attempt++) {
          const startedMs = performance.now();
          const response = await rawPost(stage, path, body, signature);
          expect([what, path, response.status, await response.text()]).toEqual([what, path, 403, "forbidden"]);
          tookMs.push(performance.now() - startedMs);
        }
        // A visit to the database would take its whole patience of 50 ms each time; a busy machine does not.
        expect(Math.min(...tookMs)).toBeLessThan(50);
      }
    stage.databaseLink.heal();
    stage.databaseLink.reset();
    expect(await sizeOf()).toEqual(before);
    expect(begun()).toBe(told);
  });
});

describe("S3: a webhook that comes more than once", () => {
  test("five times at once: one call, one token, one answer, absolute addresses of ours", async () => {
    const form = ringing(stage);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => signedPost(stage, "/webhook/incoming_call", form)),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    const twiml = answers[0]!.body;
    expect(tokenIn(twiml)).not.toBeNull();
    expect(twiml).toContain('url="wss://voice.example.co.il/ws/twilio-media"');
    const addresses = [...twiml.matchAll(/(?:action|statusCallback|url)="([^"]+)"|>(http[^<]+)</g)].map(
      ([, quoted, text]) => quoted ?? text,
    );
    expect(addresses.filter((address) => !/^(https|wss):\/\/voice\.example\.co\.il\//.test(address!))).toEqual([]);
    const started = () =>
      stage.lines.filter((line) => line.includes(`call started biz=${businessId}`) && line.includes(form.CallSid!));
    await until("the call in the log", () => started().length > 0);
    expect(await until("the row", async () => (await rowsOf(form.CallSid!)).length || null)).toBe(1);
    expect(started()).toHaveLength(1);
    await signedPost(stage, "/webhook/call_status", { ...form, CallStatus: "no-answer" });
    expect(await stage.entryOf(form.CallSid!)).toMatchObject({ status: "no-answer" });
  });

  test("everything doubled and shuffled, for a whole call: the log is that of a call told in order", async () => {
    const [plain, shuffled] = await Promise.all([shortCall(), shortCall({ webhookCopies: 3, shuffledStatus: true })]);
    const facts = async ({ callSid }: CallReport) => {
      const entry = await stage.entryOf(
        callSid,
        ({ billedSeconds, recordings: sounds }) => billedSeconds !== null && sounds.length > 0,
      );
      const { status, endReason, turns, recordings: sounds, leadId, customerId } = entry;
      return {
        status,
        endReason,
        turns: turns.map(({ role, text }) => ({ role, text })),
        sounds: sounds.length,
        leadId,
        customerId,
      };
    };
    expect(await facts(shuffled)).toEqual(await facts(plain));
    expect(await facts(plain)).toMatchObject({ status: "completed", endReason: "caller_hung_up", sounds: 1 });
    expect(await rowsOf(shuffled.callSid)).toHaveLength(1);
  }, 30_000);

  test("captured and sent again when the call is over: no stream, no session, no second row, nothing changes", async () => {
    const { callSid } = await shortCall();
    const sent = stage.world.account.webhooks.filter(({ form }) => form.CallSid === callSid);
    const entry = await stage.entryOf(
      callSid,
      ({ costAgorot, recordings: sounds }) => costAgorot !== null && sounds.length > 0,
    );
    const told = begun();
    for (const { url, form } of sent.toReversed()) {
      const again = await signedPost(stage, url.slice(publicBaseUrl.length), form);
      expect(again.status).toBeWithin(200, 205);
      expect(again.body).not.toContain("<Stream");
    }
    const late = ["queued", "ringing", "in-progress", "busy", "failed", "canceled", "no-answer", "completed"];
    for (const CallStatus of late) {
      const form = { ...ringing(stage, { CallSid: callSid }), CallStatus, CallDuration: "999" };
      expect((await signedPost(stage, "/webhook/call_status", form)).status).toBe(204);
    }
    expect(await stage.entryOf(callSid)).toEqual(entry);
    expect(await rowsOf(callSid)).toHaveLength(1);
    expect(begun()).toBe(told);
  }, 30_000);

  test("reports of a call that nobody announced make none", async () => {
    const form = ringing(stage);
    for (const [path, extra] of [
      ["/webhook/call_status", { CallStatus: "completed", CallDuration: "7" }],
      ["/webhook/stream_status", { StreamEvent: "stream-started", StreamSid: `MZ${"1".repeat(32)}` }],
      ["/webhook/stream_ended?leg=0", { CallStatus: "completed" }],
    ] as const)
      expect((await signedPost(stage, path, { ...form, ...extra })).status).toBeWithin(200, 205);
    expect(await rowsOf(form.CallSid!)).toEqual([]);
  });
});

test("S3: malformed fields in signed requests are answered with 4xx or TwiML, never with an error or a stack", async () => {
  // A caller and a business of their own: so many calls at once are answered by the recording, then also the next test's.
  const own = { From: "+972529998877", To: "+97235550188" };
  await stage.addBusiness({ name: "מספרת רון", phone: own.To as Phone });
  const odd = ["", " ", "null", "+", "++972", "0".repeat(5_000), "שלום", "\u0000", "'; drop table calls; --", "\ud800"];
  for (const field of ["CallSid", "To", "From", "ForwardedFrom", "CallStatus", "CallDuration", "RecordingSid"])
    for (const value of odd) {
      const form = Object.fromEntries(
        new URLSearchParams({ ...ringing(stage, own), CallStatus: "completed", [field]: value }),
      );
      for (const path of ["/webhook/incoming_call", "/webhook/call_status", "/webhook/handle_recording"]) {
        const { status, body } = await signedPost(stage, path, form);
        expect(`${field} ${JSON.stringify(value)} ${path} ${status}`).toMatch(/ (200|204|400)$/);
        expect(body).not.toMatch(/ at |\.ts|Error/);
      }
      await signedPost(stage, "/webhook/call_status", { ...ringing(stage), ...form, CallStatus: "completed" });
    }
  const recorded = await withSystem(stage.db, (tx) =>
    tx.select({ rows: count() }).from(recordings).where(eq(recordings.origin, "provider")),
  );
  expect(recorded[0]!.rows).toBe(0);
  expect(stage.lines.filter((line) => /^\S+ error /.test(line))).toEqual([]);
}, 30_000);
