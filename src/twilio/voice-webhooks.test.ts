import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { systemClock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import { limits } from "../limits.ts";
import type { CallSettings } from "../live-call/settings.ts";
import {
  accountSid,
  businessId,
  createEdge,
  never,
  ourNumber,
  publicBaseUrl,
  sid,
  tokenIn,
} from "./testing/voice-edge.ts";

const xml = '<?xml version="1.0" encoding="UTF-8"?>';
const clip = (name: string, owner: string = businessId) => `<Play>${publicBaseUrl}/audio/${owner}/${name}.wav</Play>`;
const hangUp = `${xml}<Response><Hangup/></Response>`;
const unknown = `${xml}<Response>${clip("unknown-number", "shipped")}<Hangup/></Response>`;
const fallback = (owner: string = businessId) =>
  `${xml}<Response>${clip("fallback", owner)}<Record action="${publicBaseUrl}/webhook/handle_recording" method="POST" maxLength="120" timeout="5" playBeep="true" finishOnKey="#" recordingStatusCallback="${publicBaseUrl}/webhook/handle_recording" recordingStatusCallbackMethod="POST" recordingStatusCallbackEvent="completed absent"/>${clip("thanks", owner)}<Hangup/></Response>`;
const connect = (token: string | undefined, leg = 0) =>
  `${xml}<Response><Connect action="${publicBaseUrl}/webhook/stream_ended?leg=${leg}" method="POST"><Stream url="wss://phone.example.co.il/ws/twilio-media" statusCallback="${publicBaseUrl}/webhook/stream_status" statusCallbackMethod="POST"><Parameter name="token" value="${token}"/></Stream></Connect><Redirect method="POST">${publicBaseUrl}/webhook/stream_ended?leg=${leg}</Redirect></Response>`;

/** Lets everything that is ready run, without letting time pass. */
const settled = () => new Promise<void>((done) => setImmediate(done));

describe("an incoming call", () => {
  test("is connected to the assistant and logged", async () => {
    const edge = createEdge();
    const response = await edge.post("/webhook/incoming_call", { To: ourNumber, From: "0501234567" });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/xml; charset=utf-8"]);
    const twiml = await response.text();
    expect(tokenIn(twiml)).toMatch(/^[\w-]{22}$/);
    expect(twiml).toBe(connect(tokenIn(twiml)));
    expect(edge.desk.incoming).toEqual({ callSid: sid("a"), from: "+972501234567", to: ourNumber as never });
    const row = { callSid: sid("a"), businessId, from: "+972501234567", to: ourNumber, forwardedFrom: null };
    expect(edge.callLog.begun).toEqual([expect.objectContaining(row)]);
    expect(edge.lines.join("\n")).not.toContain("972501234567"); // numbers are masked in logs
    expect(edge.clock.pending).toBe(0); // no timer per webhook stays behind
  });

  test("of a caller who has three already is left to the recording, and in the log (K12)", async () => {
    const edge = createEdge();
    const caller = { To: ourNumber, From: "0501234567" };
    for (const digit of ["1", "2", "3"]) {
      const response = await edge.post("/webhook/incoming_call", { ...caller, CallSid: sid(digit) });
      expect(await response.text()).toContain("<Stream");
    }
    const fourth = await edge.post("/webhook/incoming_call", { ...caller, CallSid: sid("4") });
    expect([fourth.status, await fourth.text()]).toEqual([200, fallback()]);
    expect(edge.callLog.begun).toHaveLength(4);
    const other = await edge.post("/webhook/incoming_call", { To: ourNumber, From: "0509999999", CallSid: sid("5") });
    expect(await other.text()).toContain("<Stream");
  });

  const callers: [from: string, read: string][] = [
    ["+972501234567", "+972501234567"],
    ["050-123-4567", "+972501234567"],
    ["anonymous", ""],
    ["Anonymous", ""],
    ["Restricted", ""],
    ["+266696687", ""],
    ["+7378742833", ""],
    ["+2562533", ""],
    ["+8656696", ""],
    ["+86282452253", ""],
    ["", ""],
    ["sip:dana@example.com", ""],
    ["client:browser", ""],
  ];
  test.each(callers)("from %p is from %p", async (From, read) => {
    const edge = createEdge();
    await edge.ring({ From });
    expect([edge.desk.incoming?.from, edge.callLog.begun[0]?.from]).toEqual([read, read]);
  });

  test("a number that was added a moment ago is answered: memory is read again before anyone is told otherwise", async () => {
    let added = false;
    const find = () => (added ? { id: businessId } : null);
    const refresh = async () => {
      added = true;
    };
    const edge = createEdge({ directory: { find, resolve: async () => find(), refresh } });
    expect(await edge.ring()).toContain("<Stream ");
  });

  test("a number that was added a moment ago is not called nobody's because the database is slow to tell", async () => {
    const read = Promise.withResolvers<void>();
    let added = false;
    const find = () => (added ? { id: businessId } : null);
    const edge = createEdge({ directory: { find, resolve: async () => find(), refresh: () => read.promise } });
    const answer = edge.ring();
    await settled();
    edge.clock.advance(limits.webhookDatabaseMs);
    expect(await answer).toContain("<Stream ");
    added = true;
    read.resolve();
    expect(await edge.desk.settings[0]).toEqual({ businessId } as CallSettings);
    expect(edge.callLog.begun).toHaveLength(1);
  });

  test.each(["+97239999999", "", "sip:x@y", "notanumber"])("to %p, nobody's number, is told so", async (To) => {
    const edge = createEdge();
    expect(await edge.ring({ To })).toBe(unknown);
    expect([edge.desk.incoming, edge.callLog.begun]).toEqual([null, []]);
  });

  test("is recorded when the house is full or draining", async () => {
    const edge = createEdge();
    edge.desk.full = true;
    expect(await edge.ring()).toBe(fallback());
    expect(edge.callLog.begun).toHaveLength(1);
    expect(edge.callLog.left).toEqual([`${sid("a")} full_or_draining`]);
  });

  test("is recorded when something throws, and nothing of the error gets out", async () => {
    const broken = () => {
      throw new Error("secret inside");
    };
    const edge = createEdge({ settingsFor: broken });
    expect(await edge.ring()).toBe(fallback());
    expect(edge.lines.filter((line) => line.includes("secret inside"))).toHaveLength(1);
    expect(edge.callLog.left).toEqual([`${sid("a")} fault`]);
  });

  test("five times in parallel is one call, one row, one token, one answer", async () => {
    const edge = createEdge();
    const answers = await Promise.all(Array.from({ length: 5 }, () => edge.ring()));
    expect(new Set(answers).size).toBe(1);
    expect(tokenIn(answers[0]!)).toBeDefined();
    expect([edge.callLog.begun.length, edge.desk.settings.length]).toEqual([1, 1]);
  });

  test("replayed while its stream is awaited is the same, afterwards it opens nothing", async () => {
    const edge = createEdge();
    const twiml = await edge.ring();
    expect(await edge.ring()).toBe(twiml);
    expect(edge.tokens.redeem(tokenIn(twiml)!, sid("a")).ok).toBe(true);
    expect(await edge.ring()).toBe(fallback());
    edge.clock.advance(24 * 3_600_000);
    expect(await edge.ring()).toBe(fallback());
    expect([edge.callLog.begun.length, edge.desk.settings.length]).toEqual([1, 1]);
  });

  test("replayed after a restart, when the database knows that it is over, opens nothing", async () => {
    const edge = createEdge();
    edge.callLog.answer = async () => "over";
    expect(await edge.ring()).toBe(fallback());
    expect(edge.desk.settings).toHaveLength(0);
  });
});

describe("a stalled database", () => {
  test("does not keep the caller waiting beyond the patience of a webhook", async () => {
    const edge = createEdge();
    edge.callLog.answer = never;
    const answer = edge.ring();
    await settled();
    edge.clock.advance(limits.webhookDatabaseMs - 1);
    expect(await Promise.race([answer, settled().then(() => "waiting")])).toBe("waiting");
    edge.clock.advance(1);
    expect(tokenIn(await answer)).toBeDefined();
  });

  test("that fails is logged, and the call goes on", async () => {
    const edge = createEdge();
    edge.callLog.answer = () => Promise.reject(new Error("connection refused"));
    expect(tokenIn(await edge.ring())).toBeDefined();
    expect(edge.lines.join("\n")).toContain("call row failed");
  });

  const cold = () => {
    const loaded = Promise.withResolvers<{ id: BusinessId } | null>();
    const edge = createEdge({
      directory: { find: () => "loading", resolve: () => loaded.promise, refresh: async () => {} },
    });
    const ringCold = async () => {
      const answer = edge.ring();
      await settled();
      edge.clock.advance(limits.webhookDatabaseMs);
      return answer;
    };
    return { edge, loaded, ringCold };
  };

  test("with a cold memory connects, and the settings come when they can", async () => {
    const { edge, loaded, ringCold } = cold();
    expect(tokenIn(await ringCold())).toBeDefined();
    expect(edge.callLog.begun).toHaveLength(0); // a row needs its business
    loaded.resolve({ id: businessId });
    expect(await edge.desk.settings[0]).toEqual({ businessId } as CallSettings);
    expect(edge.callLog.begun).toHaveLength(1);
  });

  test("with a cold memory counts all the same: one call too many of a caller is left to the recording (K12)", async () => {
    const { edge, loaded } = cold();
    const rung = Array.from({ length: limits.callsPerCallerMax + 1 }, (_, call) =>
      edge.ring({ CallSid: sid(`${call}`) }),
    );
    await settled();
    edge.clock.advance(limits.webhookDatabaseMs);
    await Promise.all(rung);
    loaded.resolve({ id: businessId });
    const settings = await Promise.allSettled(edge.desk.settings);
    expect(settings.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
  });

  test("that then finds the number to be nobody's ends the call with the polite text, never with an assistant", async () => {
    const { edge, loaded, ringCold } = cold();
    await ringCold();
    loaded.resolve(null);
    expect(edge.desk.settings[0]).rejects.toThrow("nobody's");
    await settled();
    expect(edge.instructions.fallback(sid("a"))).toBe(unknown);
  });

  test("that comes back after the call was refused is nobody's unhandled rejection", async () => {
    const { edge, loaded, ringCold } = cold();
    edge.desk.full = true;
    await ringCold();
    loaded.resolve(null);
    await settled();
    expect(edge.desk.settings).toEqual([]);
  });

  test("20 calls at once are answered in under 100 ms of real time each, roughly", async () => {
    const edge = createEdge({ clock: systemClock });
    edge.callLog.answer = never;
    const times = Array.from({ length: 20 }, async (_, index) => {
      const startedMs = performance.now();
      await edge.ring({ CallSid: `CA${String(index).padStart(32, "0")}` });
      return performance.now() - startedMs;
    });
    expect(Math.max(...(await Promise.all(times)))).toBeLessThan(250); // scripts/bench.ts holds the real bar
  });
});

describe("when the stream is over", () => {
  const steps: [next: Parameters<typeof Object>[0], twiml: string][] = [
    [{ kind: "hangup" }, hangUp],
    [{ kind: "fallback" }, fallback()],
    [
      { kind: "dial", to: "+972541112222", label: "Dana" },
      `${xml}<Response><Dial action="${publicBaseUrl}/webhook/transfer_result?leg=0" method="POST" timeout="25" answerOnBridge="true"><Number>+972541112222</Number></Dial></Response>`,
    ],
    [{ kind: "dial", to: "not a number", label: "" }, fallback()],
  ];
  test.each(steps)("%j", async (next, twiml) => {
    const edge = createEdge();
    await edge.ring();
    edge.desk.nextStep = next;
    expect(await edge.ask("/webhook/stream_ended?leg=0", { CallStatus: "in-progress" })).toBe(twiml);
  });

  test("the question is asked twice (action and redirect, or a replay): one decision, one answer", async () => {
    const edge = createEdge();
    await edge.ring();
    edge.desk.nextStep = { kind: "fallback" };
    const answers = await Promise.all([1, 2, 3].map(() => edge.ask("/webhook/stream_ended?leg=0")));
    edge.desk.nextStep = { kind: "hangup" };
    answers.push(await edge.ask("/webhook/stream_ended?leg=0"));
    expect(new Set(answers)).toEqual(new Set([fallback()]));
    expect(edge.desk.nextAsked).toBe(1);
  });

  test("because the caller hung up, nobody is asked", async () => {
    const edge = createEdge();
    await edge.ring();
    expect(await edge.ask("/webhook/stream_ended?leg=0", { CallStatus: "completed" })).toBe(hangUp);
    expect(edge.desk.nextAsked).toBe(0);
    expect(edge.desk.find(sid("a"))?.events).toEqual(["provider ended"]);
    expect(edge.callLog.statuses[0]?.status).toBe("completed");
  });

  test("of a call that began before this process did, the caller may leave a message", async () => {
    const edge = createEdge();
    const fields = { CallSid: sid("f"), To: ourNumber, CallStatus: "in-progress" };
    expect(await edge.ask("/webhook/stream_ended?leg=0", fields)).toBe(fallback());
    expect(edge.desk.nextAsked).toBe(0);
  });

  test("a transfer that nobody takes comes back to the assistant once, with a token of its own", async () => {
    const edge = createEdge();
    const first = tokenIn(await edge.ring());
    edge.desk.nextStep = { kind: "reconnect" };
    const back = await edge.ask("/webhook/transfer_result?leg=0", { DialCallStatus: "no-answer" });
    expect(back).toBe(connect(tokenIn(back), 1));
    expect(tokenIn(back)).not.toBe(first);
    expect(await edge.ask("/webhook/transfer_result?leg=0", { DialCallStatus: "no-answer" })).toBe(back);
    expect(await edge.ask("/webhook/transfer_result?leg=1", { DialCallStatus: "busy" })).toBe(fallback());
    expect(await edge.ask("/webhook/stream_ended?leg=1")).toBe(fallback()); // no path circles
  });

  test("a transfer that nobody takes and the assistant does not want back leaves a message", async () => {
    const edge = createEdge();
    await edge.ring();
    expect(await edge.ask("/webhook/transfer_result?leg=0", { DialCallStatus: "busy" })).toBe(fallback());
  });

  test("a transfer that was taken ends the call", async () => {
    const edge = createEdge();
    await edge.ring();
    expect(await edge.ask("/webhook/transfer_result?leg=0", { DialCallStatus: "completed" })).toBe(hangUp);
  });
});

describe("reports", () => {
  test("a status is kept with our reading of its duration, the final one ends the live call", async () => {
    const edge = createEdge();
    await edge.ring();
    await edge.post("/webhook/call_status", { CallStatus: "in-progress", CallDuration: "7" });
    expect(edge.desk.find(sid("a"))?.events).toEqual([]);
    const final = await edge.post("/webhook/call_status", { CallStatus: "completed", CallDuration: "61" });
    expect(final.status).toBe(204);
    const report = { businessId, callSid: sid("a") };
    expect(edge.callLog.statuses).toEqual([
      { ...report, status: "in-progress", durationSeconds: null },
      { ...report, status: "completed", durationSeconds: 61 },
    ]);
    expect(edge.desk.find(sid("a"))?.events).toEqual(["provider ended"]);
  });

  test.each(["-5", "1e9", "9999999", "86401", "12:00", "", "NaN"])(
    "a duration of %p is not believed",
    async (CallDuration) => {
      const edge = createEdge();
      await edge.post("/webhook/call_status", { To: ourNumber, CallStatus: "completed", CallDuration });
      expect(edge.callLog.statuses[0]?.durationSeconds).toBeNull();
    },
  );

  test("of a call to nobody's number, or with an unknown status, change nothing", async () => {
    const edge = createEdge();
    await edge.post("/webhook/call_status", { To: "+97239999999", CallStatus: "completed" });
    await edge.post("/webhook/call_status", { To: ourNumber, CallStatus: "exploded" });
    await edge.post("/webhook/call_status", { To: ourNumber });
    expect(edge.callLog.statuses).toEqual([]);
  });

  const recordingSid = `RE${"7".repeat(32)}`;
  const recordings: [what: string, fields: Record<string, string>, kept: boolean][] = [
    ["the action, with the caller waiting", { RecordingSid: recordingSid, RecordingDuration: "9" }, true],
    ["the file is there", { RecordingSid: recordingSid, RecordingDuration: "9", RecordingStatus: "completed" }, true],
    ["nothing was said", { RecordingSid: recordingSid, RecordingStatus: "absent" }, false],
    ["it failed", { RecordingSid: recordingSid, RecordingStatus: "failed" }, false],
    ["no id", { RecordingStatus: "completed" }, false],
    ["an id that is a path", { RecordingSid: "RE../../x", RecordingStatus: "completed" }, false],
  ];
  test.each(recordings)("a recording: %s", async (_what, fields, kept) => {
    const edge = createEdge();
    await edge.ring();
    const answer = await edge.ask("/webhook/handle_recording", fields);
    expect(answer).toBe(`${xml}<Response>${clip("thanks")}<Hangup/></Response>`);
    const report = { businessId, callSid: sid("a"), recordingSid, durationSeconds: 9 };
    expect(edge.callLog.recordings).toEqual(kept ? [report] : []);
  });

  test("of a stream that began: the call is in progress", async () => {
    const edge = createEdge();
    await edge.ring();
    await edge.post("/webhook/stream_status", { StreamEvent: "stream-started" });
    await edge.post("/webhook/stream_status", { StreamEvent: "stream-stopped" });
    expect(edge.callLog.statuses.map((report) => report.status)).toEqual(["in-progress"]);
  });

  test("of a stream that failed are logged and change nothing", async () => {
    const edge = createEdge();
    const fields = { StreamSid: `MZ${"0".repeat(32)}`, StreamEvent: "stream-error", StreamError: "31920" };
    expect((await edge.post("/webhook/stream_status", fields)).status).toBe(204);
    expect(edge.lines.join("\n")).toContain("error=31920");
    expect(edge.callLog.statuses).toEqual([]);
  });
});

describe("what is not Twilio's", () => {
  const paths = [
    "/webhook/incoming_call",
    "/webhook/call_status",
    "/webhook/handle_recording",
    "/webhook/stream_status",
    "/webhook/stream_ended?leg=0",
    "/webhook/transfer_result?leg=0",
  ];
  test.each(paths)("%s without a good signature: 403, and nothing is touched", async (path) => {
    const edge = createEdge({
      directory: {
        find: () => expect.unreachable(),
        resolve: () => expect.unreachable(),
        refresh: () => expect.unreachable(),
      },
    });
    const fields = { To: ourNumber, CallStatus: "completed", RecordingSid: `RE${"7".repeat(32)}` };
    expect((await edge.post(path, fields, "bm9wZQ==")).status).toBe(403);
    expect((await edge.post(path, fields, "")).status).toBe(403);
    expect((await edge.app.request(path, { method: "POST" })).status).toBe(403);
    expect((await edge.app.request(path)).status).toBe(404);
    expect([edge.callLog.begun, edge.callLog.statuses, edge.callLog.recordings, edge.desk.nextAsked]).toEqual([
      [],
      [],
      [],
      0,
    ]);
  });

  test("a flood of refusals is one log line a second, with the count", async () => {
    const edge = createEdge();
    for (let n = 0; n < 50; n++) await edge.post(paths[0]!, {}, "x");
    edge.clock.advance(1_000);
    await edge.post(paths[0]!, {}, "x");
    expect(edge.lines.map((line) => /count=(\d+)/.exec(line)?.[1])).toEqual(["1", "50"]);
  });

  test("a body over 64 KiB is refused unread", async () => {
    expect((await createEdge().post(paths[0]!, { Body: "x".repeat(limits.webhookBodyBytes) })).status).toBe(413);
  });

  test.each(["", "CA1", "AC".padEnd(34, "0"), `${sid("a")}0`])("signed with the CallSid %p: 400", async (CallSid) => {
    expect((await createEdge().post(paths[0]!, { CallSid, To: ourNumber })).status).toBe(400);
  });

  test("any signed fields are answered with 2xx or 400, never with an error", async () => {
    const edge = createEdge();
    const names = [
      "To",
      "From",
      "CallStatus",
      "CallDuration",
      "RecordingSid",
      "RecordingStatus",
      "DialCallStatus",
      "x",
    ];
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(ourNumber, "completed", "no-answer"));
    const fields = fc.dictionary(fc.constantFrom(...names, "CallSid"), value);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fields, async (path, form) => {
        const { status } = await edge.post(path, { ...form, AccountSid: accountSid });
        expect([200, 204, 400]).toContain(status);
      }),
      { numRuns: 500 },
    );
    expect(edge.lines.filter((line) => line.includes(" error "))).toEqual([]);
  });
});

test("callbacks in any order, doubled and late, leave the same facts behind", async () => {
  const recordingSid = `RE${"7".repeat(32)}`;
  const callbacks: [path: string, fields: Record<string, string>][] = [
    ["/webhook/stream_ended?leg=0", { CallStatus: "in-progress" }],
    ["/webhook/handle_recording", { RecordingSid: recordingSid, RecordingDuration: "9" }],
    ["/webhook/handle_recording", { RecordingSid: recordingSid, RecordingDuration: "9", RecordingStatus: "completed" }],
    ["/webhook/call_status", { CallStatus: "completed", CallDuration: "20" }],
  ];
  const doubled = fc.shuffledSubarray([...callbacks, ...callbacks], { minLength: 8 });
  await fc.assert(
    fc.asyncProperty(doubled, async (order) => {
      const edge = createEdge();
      edge.desk.nextStep = { kind: "fallback" };
      await edge.ring();
      for (const [path, fields] of order) {
        await edge.ask(path, fields);
        edge.clock.advance(86_400_000);
      }
      expect([edge.callLog.begun.length, edge.desk.settings.length, edge.desk.nextAsked]).toEqual([1, 1, 1]);
      expect(new Set(edge.callLog.recordings.map((report) => report.recordingSid)).size).toBe(1);
      expect(new Set(edge.callLog.statuses.map((report) => report.status))).toEqual(new Set(["completed"]));
    }),
    { numRuns: 50 },
  );
});
