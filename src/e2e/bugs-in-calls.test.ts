import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import type { Phone } from "../base/phone.ts";
import { CallCore } from "../live-call/core.ts";
import type { RealtimeSession } from "../sim/openai/session.ts";
import type { Step } from "../sim/person.ts";
import type { CallReport } from "../sim/report.ts";
import type { Dialled } from "../sim/world.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";

// A fault of ours in whatever runs a call (a socket's handler, a timer, a promise's continuation) ends that call: its caller
// leaves a message. So does a model that fails one call. The call beside them hears every word, all in one process at once.
const greeting = "שלום, הגעתם למספרת דנה. השיחה מוקלטת.";
const address = "אנחנו ברחוב הרצל שלושים ושתיים בתל אביב, ויש חניה ממול.";
const goodbye: Step = { do: "say", text: "זה הכל, תודה ולהתראות." };

/** Who runs into the fault, and what the caller does that it comes to it. */
const faulty = {
  "in a handler of the line": {
    at: "barge_in",
    steps: [
      { do: "whileSpeaking", afterMs: 1_500 },
      { do: "say", text: "רגע רגע, יש לי שאלה" },
    ],
  },
  "in a handler of the model": { at: "engine_ready", steps: [] },
  "in a timer": { at: "sweep", steps: [{ do: "listen" }] },
  "in what follows a promise": { at: "tool", steps: [{ do: "listen" }, goodbye] },
} as const satisfies Record<string, { at: string; steps: readonly Step[] }>;
type Fault = keyof typeof faulty;
const names = Object.keys(faulty) as Fault[];

/** What throws once, by call. */
const armed = new Map<string, string>();
const throwAt = (callSid: string, place: string): void => {
  if (armed.get(callSid) !== place) return;
  armed.delete(callSid);
  throw new Error("the fault of the test");
};
const { event, nowMs } = CallCore.prototype;
const spies = [
  spyOn(CallCore.prototype, "event").mockImplementation(function (this: CallCore, ...args) {
    throwAt(this.callSid, args[0]);
    event.apply(this, args);
  }),
  spyOn(CallCore.prototype, "nowMs").mockImplementation(function (this: CallCore) {
    if (armed.has(this.callSid) && new Error("where am I").stack?.includes("sweep")) throwAt(this.callSid, "sweep");
    return nowMs.call(this);
  }),
];

let stage: Stage;
const reports = {} as Record<Fault | ModelTrouble | "beside", CallReport>;
const entries = {} as Record<keyof typeof reports, CallEntry>;

/** What the model does to one call: its own steps, and what is done to its session once that is there. */
const modelTroubles = {
  "talks nonsense": (session) => {
    for (const raw of ['{"type":"response.output_audio.delta","delta":"', "null", '{"type":[]}', "{}", ""])
      session.sendRaw(raw);
    session.sendRaw('{"type":"response.done"}');
    session.sendRaw('{"type":"event.of.the.future","event_id":"event_x"}');
    session.sendRaw('{"type":"response.output_audio.delta","response_id":"nobody","item_id":"nothing","delta":"%%%"}');
  },
  "says nothing more": (session) => {
    session.send = () => {};
  },
} satisfies Record<string, (session: RealtimeSession) => void>;
type ModelTrouble = keyof typeof modelTroubles | "is refused with 401";

const listen: Step = { do: "listen" };
const ask: Step = { do: "say", text: "איפה אתם נמצאים?" };
const stay: readonly Step[] = [
  { do: "listen", quietMs: 1_500, maxMs: 25_000 },
  { do: "wait", ms: 2_000 },
  { do: "hangUp" },
];

let callers = 0;
function dial(to: Phone, steps: readonly Step[]) {
  const from = `+97254123450${callers++}`;
  return stage.world.dial({ name: "e2e", title: "", from, to, steps, patienceMs: 45_000 });
}

async function follow(name: keyof typeof reports, dialled: Dialled): Promise<void> {
  reports[name] = await dialled.report;
  entries[name] = await stage.entryOf(dialled.call.sid);
}

const [ours, theirs] = ["+97235550100" as Phone, "+97235550200" as Phone];
const sessionsOf = (mark: string) =>
  stage.world.model.sessions.filter(({ config }) => config.instructions?.includes(mark));

beforeAll(async () => {
  stage = await openStage();
  const { model } = stage.world;
  await stage.addBusiness({ name: "מספרת דנה", phone: ours, greeting, prompt: "קוד-אלף" });
  await stage.addBusiness({ name: "מוסך השרון", phone: theirs, greeting, prompt: "קוד-בית" });
  await dial(ours, [listen, { do: "hangUp" }]).report; // the greeting is rendered now
  await until("the phrases rendered", () => model.live.length === 0);
  const before = sessionsOf("קוד-אלף").length;

  const all = [follow("beside", dial(ours, [listen, { do: "wait", ms: 5_000 }, ask, listen, { do: "hangUp" }]))];
  for (const [name, make] of Object.entries(modelTroubles)) {
    const known = sessionsOf("קוד-בית").length;
    all.push(follow(name as ModelTrouble, dial(theirs, [listen, ask, { do: "wait", ms: 8_000 }, ...stay])));
    const session = await until("its session", () => sessionsOf("קוד-בית")[known]);
    await until("its greeting known", () => session.sentTypes.includes("session.updated"));
    make(session);
  }
  for (const name of names) {
    const { at, steps } = faulty[name];
    const dialled = dial(ours, [...steps, ...stay]);
    armed.set(dialled.call.sid, at);
    all.push(follow(name, dialled));
  }
  await until("their sessions", () => sessionsOf("קוד-אלף").length >= before + 1 + names.length);
  model.model.faults.refuseUpgrade = 401;
  all.push(follow("is refused with 401", dial(theirs, stay)));
  await Promise.all(all);
}, 120_000);
afterAll(async () => {
  for (const spy of spies) spy.mockRestore();
  await stage.stop();
}, 30_000);

describe.each(names)("a fault %s", (name) => {
  test("ends its own call, which is left to the recording, and is in the log with the call", () => {
    const { callSid, moments, problems } = reports[name];
    expect(armed.has(callSid)).toBe(false);
    const bugs = stage.lines.filter((line) => line.includes("bug in a live call"));
    expect(bugs.filter((line) => line.includes(`call=${callSid}`))).toHaveLength(1);
    expect(entries[name].endReason).toBe("bug");
    expect(moments.filter((moment) => moment.name.startsWith("plays fallback"))).toHaveLength(1);
    expect(problems).toEqual([]);
  });
});

describe("a model that", () => {
  test.each(["says nothing more", "is refused with 401"] as const)(
    "%s to one call leaves it to the recording",
    (name) => {
      expect(entries[name].endReason).toBe("fallback");
      expect(reports[name].moments.filter((moment) => moment.name.startsWith("plays fallback"))).toHaveLength(1);
    },
  );
  test("talks nonsense is not heard of: the call goes on in the same session", () => {
    expect(reports["talks nonsense"].heard.map(({ text }) => text).slice(0, 2)).toEqual([greeting, address]);
    expect(entries["talks nonsense"].events.map(({ kind }) => kind)).not.toContain("engine_reconnecting");
  });
});

test("the call beside them hears every word, and is in the log as it was", () => {
  const { heard, problems } = reports.beside;
  expect(heard.map(({ text }) => text)).toEqual([greeting, address]);
  for (const { heardMs, wholeMs } of heard) expect(heardMs).toBeGreaterThan(wholeMs - 30);
  expect(problems).toEqual([]);
  expect(entries.beside.endReason).toBe("caller_hung_up");
  expect(entries.beside.turns.map(({ role }) => role)).toEqual(["assistant", "caller", "assistant"]);
});

test("nothing escapes to the process, and no model session is left behind", () => {
  expect(stage.lines.filter((line) => line.includes("uncaught") || line.includes("unhandled"))).toEqual([]);
  expect(stage.lines.filter((line) => line.includes(" bug ")).length).toBe(names.length);
  expect(stage.world.model.live).toEqual([]);
});
