import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Phone } from "../base/phone.ts";
import { limits } from "../limits.ts";
import type { LineFaults } from "../sim/faults.ts";
import type { CallReport } from "../sim/report.ts";
import { createLeapingClock } from "./testing/leaping-clock.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";
import { openMediaSocket, type RawSocket, ringing, signedPost, startMessage, tokenIn } from "./testing/wire.ts";

// Strangers and broken peers at the media socket. Two businesses: the second one's calls must never notice the first's.
const ours = "+97235550100" as Phone;
const theirs = "+97235550200" as Phone;
const greeting = "שלום, הגעתם למספרת דנה. השיחה מוקלטת.";
const clock = createLeapingClock();
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ clock });
  for (const phone of [ours, theirs]) await stage.addBusiness({ name: "מספרת דנה", phone, greeting });
  // The shared phrases are rendered in the model's sessions once, in the background of the first call.
  await talk(theirs, {}, 3_000).report;
  await until("the phrases rendered", () => stage.world.model.live.length === 0);
}, 60_000);
afterAll(() => stage.stop(), 30_000);

let callers = 0;
const talk = (to: Phone, faults: LineFaults = {}, patienceMs = 30_000) =>
  stage.world.dial({
    name: "e2e",
    title: "",
    from: `+9725${String(44_000_000 + ++callers)}`, // nobody's quota is used up by another test
    to,
    faults,
    steps: [
      { do: "listen" },
      { do: "say", text: "איפה אתם נמצאים?" },
      { do: "listen" },
      { do: "say", text: "ומתי אתם פתוחים?" },
      { do: "listen" },
      { do: "hangUp" },
    ],
    patienceMs,
  });
const address = "אנחנו ברחוב הרצל שלושים ושתיים בתל אביב, ויש חניה ממול.";

/** Rings without answering the stream; the token that the TwiML carries. */
async function ring(): Promise<{ callSid: string; token: string; end: () => Promise<unknown> }> {
  const form = ringing(stage);
  const token = tokenIn((await signedPost(stage, "/webhook/incoming_call", form)).body);
  if (token === null) throw new Error("no token in the TwiML");
  const end = () => signedPost(stage, "/webhook/call_status", { ...form, CallStatus: "completed", CallDuration: "1" });
  return { callSid: form.CallSid!, token, end };
}

describe("S4: a socket without a right to be there is closed within 3 s, and the model hears of nobody", () => {
  const withStart = async (callSid: string, parameters: Record<string, unknown>): Promise<RawSocket> => {
    const socket = await openMediaSocket(stage);
    socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    socket.send(startMessage(stage, callSid, parameters));
    return socket;
  };
  /** The log names the reason, and never a token. */
  const refused = async (socket: RawSocket, reason: string, token = "no token"): Promise<void> => {
    const { code, afterMs } = await socket.closed;
    expect(code).toBe(1008);
    expect(afterMs).toBeLessThan(limits.startFrameMs + 500);
    expect(socket.received).toEqual([]);
    const line = stage.lines.findLast((each) => each.includes(" WS_STOP socket refused "));
    expect(line).toMatch(new RegExp(` reason="?${reason}`));
    expect(stage.lines.join("\n")).not.toContain(token);
  };

  test("an upgrade without a good signature is no socket at all", async () => {
    const socket = await openMediaSocket(stage, "bm90IHR3aWxpbw==");
    expect((await socket.closed).afterMs).toBe(0);
  });
  test("nothing but `connected`", async () => {
    const socket = await openMediaSocket(stage);
    socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    await refused(socket, "no start");
  });
  const forgeries: [string, (call: { callSid: string; token: string }) => Record<string, unknown>][] = [
    ["no token", () => ({})],
    ["an empty token", () => ({ token: "" })],
    ["an invented token", () => ({ token: "AAAAAAAAAAAAAAAAAAAAAA" })],
    ["the token in a list", ({ token }) => ({ token: [token] })],
    ["the token under another name", ({ token }) => ({ Token: token })],
  ];
  for (const [what, forge] of forgeries)
    test(what, async () => {
      const call = await ring();
      await refused(await withStart(call.callSid, forge(call)), "unknown_token", call.token);
      await call.end();
    });
  test("another call's token; it stays good for its own call", async () => {
    const [mine, other] = [await ring(), await ring()];
    await refused(await withStart(other.callSid, { token: mine.token }), "other_call", mine.token);
    const own = await withStart(mine.callSid, { token: mine.token });
    await until("the greeting", () => own.received.some((message) => message.includes('"media"')));
    own.close();
    await Promise.all([mine.end(), other.end()]);
  });
  test("a used token, while its call lives", async () => {
    const { callSid, token, end } = await ring();
    const first = await withStart(callSid, { token });
    await until("the greeting", () => first.received.some((message) => message.includes('"media"')));
    await refused(await withStart(callSid, { token }), "used_token", token);
    first.close();
    await end();
  });
  test("an expired token", async () => {
    const { callSid, token, end } = await ring();
    // A process that stood still forgives its calls the time; a token's minute is over all the same.
    clock.leap(limits.streamTokenMs + 1_000);
    await refused(await withStart(callSid, { token }), "expired_token", token);
    await end();
  });
});

test("whoever is refused costs no model session", async () => {
  const sessions = stage.world.model.sessions.length;
  for (let stranger = 0; stranger < 5; stranger++) {
    const socket = await openMediaSocket(stage);
    socket.send(startMessage(stage, stage.world.account.newSid("CA"), { token: "AAAAAAAAAAAAAAAAAAAAAA" }));
    expect((await socket.closed).code).toBe(1008);
  }
  expect(stage.world.model.sessions.length).toBe(sessions);
});

describe("one call's broken frames", () => {
  const nonsense: (string | Uint8Array)[] = [
    "",
    "{",
    "null",
    "[]",
    "שלום",
    '{"event":"media"}',
    '{"event":"media","streamSid":"MZ0","media":{"payload":"AAAA","timestamp":"20"}}',
    '{"event":"start","start":{}}',
    '{"event":"mark","mark":{"name":"constructor"}}',
    '{"event":"dtmf","dtmf":{"digit":[]}}',
    '{"event":"unheard-of"}',
    '{"__proto__":{"event":"stop"}}',
    `{"event":"media","x":"${"y".repeat(60_000)}"}`,
    // Out of order: frames of the past and of the future, a mark of sound that is still to be sent, a second beginning.
    ...["0", "999999999", "-20", "1e9", "20"].map(
      (timestamp) => `{"event":"media","media":{"payload":"${"/".repeat(214)}==","timestamp":"${timestamp}"}}`,
    ),
    '{"event":"mark","mark":{"name":"g0:9999"}}',
    '{"event":"connected","protocol":"Call","version":"1.0.0"}',
    new Uint8Array([0, 1, 2, 254, 255]),
    new Uint8Array(50_000),
  ];
  const tooLarge = [`{"event":"media","media":{"payload":"${"A".repeat(70_000)}"}}`];
  let garbled: CallReport;
  let oversized: CallReport;
  let quiet: CallReport;

  beforeAll(async () => {
    const dialled = [
      talk(ours, { garbage: { atMs: 1_500, lines: nonsense } }),
      talk(ours, { garbage: { atMs: 2_500, lines: tooLarge } }, 5_000),
      talk(theirs),
    ];
    [garbled, oversized, quiet] = (await Promise.all(dialled.map(({ report }) => report))) as [
      CallReport,
      CallReport,
      CallReport,
    ];
  }, 60_000);

  test("leave the other business's call untouched: every word in both directions, without a gap", () => {
    expect(quiet.heard.map(({ text }) => text).slice(0, 2)).toEqual([greeting, address]);
    for (const { heardMs, wholeMs, fromMs, toMs, fromSoundMs } of quiet.heard) {
      expect(heardMs).toBeGreaterThan(wholeMs - 30);
      expect(toMs - fromMs).toBeCloseTo(heardMs - fromSoundMs, -2);
    }
    expect(quiet.problems).toEqual([]);
    expect(quiet.endedBy).toBe("caller");
  });
  test("do not even end their own call, when they are only nonsense", () => {
    expect(garbled.heard.map(({ text }) => text)).toContain(address);
    expect(garbled.problems).toEqual([]);
    expect(garbled.endedBy).toBe("caller");
  });
  test("over 64 KiB close their own socket; the caller is sent to the recording", () => {
    expect(oversized.moments.map(({ name }) => name)).toContainEqual(expect.stringContaining("stream ended: "));
    expect(oversized.moments.map(({ name }) => name)).toContainEqual(expect.stringContaining("plays fallback"));
  });
  test("are in the log of the other two calls what was said", async () => {
    for (const report of [garbled, quiet]) {
      const { turns, endReason } = await stage.entryOf(report.callSid);
      expect(turns.filter(({ role }) => role === "caller").map(({ text }) => text)).toEqual(
        report.said.map(({ text }) => text),
      );
      expect(endReason).toBe("caller_hung_up");
    }
  });
});
