import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { tasks } from "../db/schema/task.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { RealtimeSession } from "../sim/openai/session.ts";
import type { CallReport } from "../sim/report.ts";
import type { Scenario } from "../sim/scenarios/scenario.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";

// What the caller notices of a model that fails: each trouble on a stage of its own, all of them at once, in real time.
const phone = "+97235550100" as Phone;
const caller = "+972541234567";
const greeting = "שלום, הגעתם למספרת דנה. השיחה מוקלטת.";
const mark = "סימן-של-שיחה"; // in the prompt, so that the call's own sessions are known among those of the phrases
const message = "שלום, כאן דנה כהן, אשמח שתחזרו אליי לגבי תור לתספורת.";
const address = "אנחנו ברחוב הרצל שלושים ושתיים בתל אביב, ויש חניה ממול.";

interface Story {
  stage: Stage;
  businessId: BusinessId;
  report: CallReport;
  entry: CallEntry;
  /** The call's own sessions, oldest first. */
  sessions: RealtimeSession[];
}
type Trouble = (stage: Stage) => void | Promise<void>;

const stages: Stage[] = [];
const sessionsOf = ({ world }: Stage) =>
  world.model.sessions.filter(({ config }) => config.instructions?.includes(mark));
const momentOf = ({ moments }: CallReport, name: string) =>
  moments.find((moment) => moment.name.startsWith(name))?.atMs;

// In turn: products that all start at once, each on a database just made, waited for the disk longer than a page may.
let opened: Promise<unknown> = Promise.resolve();
function openShop(): Promise<Pick<Story, "stage" | "businessId">> {
  const shop = opened.then(async () => {
    const stage = await openStage();
    stages.push(stage);
    return { stage, businessId: await stage.addBusiness({ name: "מספרת דנה", phone, greeting, prompt: mark }) };
  });
  opened = shop.catch(() => {});
  return shop;
}

async function play(scenario: Partial<Scenario>, trouble: Trouble): Promise<Story> {
  const { stage, businessId } = await openShop();
  const dialled = stage.world.dial({
    name: "e2e",
    title: "",
    from: caller,
    steps: [],
    patienceMs: 45_000,
    ...scenario,
  });
  await trouble(stage);
  const report = await dialled.report;
  const entry = await stage.entryOf(
    report.callSid,
    ({ endReason, costAgorot }) => endReason !== null && costAgorot !== null,
  );
  return { stage, businessId, report, entry, sessions: sessionsOf(stage) };
}

/** A caller who waits for the beep, leaves a message and stays until it was taken. */
const leaveMessage: Partial<Scenario> = {
  steps: [
    { do: "listen", quietMs: 1_500, maxMs: 30_000 },
    { do: "say", text: message },
    { do: "wait", ms: 12_000 },
    { do: "hangUp" },
  ],
};
/** Greeting, price, address, goodbye. */
const askTwice: Partial<Scenario> = {
  steps: [
    { do: "listen" },
    { do: "say", text: "כמה עולה תספורת?" },
    { do: "listen", quietMs: 4_000, maxMs: 25_000 },
    { do: "say", text: "איפה אתם נמצאים?" },
    { do: "listen", quietMs: 2_500 },
    { do: "hangUp" },
  ],
};

/** The running session of the call, once its answer has been heard for a second. */
async function midSentence(stage: Stage): Promise<RealtimeSession> {
  return until(
    "an answer in the middle",
    () => {
      const session = sessionsOf(stage).at(-1);
      const spoken = session?.conversation.items.some(({ role, type }) => role === "user" && type === "message");
      return spoken && (session?.answer?.audioMs ?? 0) > 3_000 ? session : null;
    },
    25_000,
  );
}

const troubles = {
  unauthorised: () =>
    play(leaveMessage, ({ world }) => {
      world.model.model.faults.refuseUpgrade = 401;
    }),
  "too many requests": () =>
    play(leaveMessage, async ({ world }) => {
      const { faults } = world.model.model;
      faults.refuseUpgrade = 429;
      // The message is transcribed in the middle of the same trouble: half a JSON, then nothing, then it is over.
      faults.restCutAfterBytes = 12;
      await until("a transcription cut off", () => world.model.restCalls.length > 0, 40_000);
      faults.restCutAfterBytes = null;
      faults.restStatus = 429;
      await until("a transcription refused", () => world.model.restCalls.some(({ status }) => status === 429), 40_000);
      faults.restStatus = null;
    }),
  "deaf from the start": () =>
    play(leaveMessage, ({ world }) => {
      world.model.model.faults.hangUpgrade = true;
    }),
  "half a JSON": () =>
    play(askTwice, async (stage) => {
      const session = await midSentence(stage);
      session.sendRaw('{"type":"response.output_audio.delta","delta":"');
      session.sendRaw("[]");
      session.sendRaw('{"type":"response.of.the.future","event_id":"event_x"}');
    }),
  "cut off": () =>
    play(askTwice, async (stage) => {
      await midSentence(stage);
      stage.modelLink.reset();
    }),
  silent: () =>
    play(askTwice, async (stage) => {
      const session = await until("the call's session", () => sessionsOf(stage)[0]);
      await until("the greeting said", () => session.sentTypes.includes("response.done"), 20_000);
      session.send = () => {}; // it takes audio and says nothing more
    }),
  "gone for good": () =>
    play(
      {
        steps: [
          { do: "listen" },
          { do: "say", text: "כמה עולה תספורת?" },
          { do: "listen", quietMs: 2_500, maxMs: 30_000 },
          { do: "say", text: message },
          { do: "wait", ms: 12_000 },
          { do: "hangUp" },
        ],
      },
      async (stage) => {
        await midSentence(stage);
        stage.modelLink.accept = "refuse";
        stage.modelLink.reset();
        await until("the message left", () => stage.world.account.recordings.size > 0, 60_000);
        stage.modelLink.heal();
      },
    ),
  "one answer fails": () =>
    play(askTwice, ({ world }) => {
      world.model.onSession = () => {
        world.model.model.faults.failResponses = ["server_error"];
        world.model.onSession = null;
      };
    }),
} satisfies Record<string, () => Promise<Story>>;

const stories = {} as Record<keyof typeof troubles, Story>;
beforeAll(async () => {
  await Promise.all(
    Object.entries(troubles).map(async ([name, start]) => {
      stories[name as keyof typeof troubles] = await start();
    }),
  );
}, 120_000);
afterAll(() => Promise.all(stages.map((stage) => stage.stop())), 30_000);

const tasksOf = ({ stage, businessId, entry }: Story) =>
  withTenant(stage.db, businessId, (tx) => tx.select().from(tasks).where(eq(tasks.callId, entry.id)));
const linesWith = ({ stage }: Story, text: string): string[] => stage.lines.filter((line) => line.includes(text));
const wordsHeard = ({ report }: Story): string[] => report.heard.map(({ text }) => text).filter((text) => text !== "");

describe.each(["unauthorised", "too many requests", "deaf from the start", "gone for good"] as const)(
  "a model that is %s",
  (name) => {
    test("is noticed, logged with the call, and the call is redirected exactly once", () => {
      const story = stories[name];
      expect(linesWith(story, "[REALTIME-ERROR] ").filter((line) => line.includes(story.report.callSid))).not.toEqual(
        [],
      );
      expect(linesWith(story, " WATCHDOG_REDIRECT reason=")).toHaveLength(1);
      expect(linesWith(story, " WATCHDOG_REDIRECT reason=")[0]).toContain(`call=${story.report.callSid}`);
      expect(story.report.moments.filter(({ name: moment }) => moment === "redirected").length).toBeLessThan(2);
    });
    test("leaves no dead air: the recorded prompt within seconds, thanks after the message, then the call ends", () => {
      const { report } = stories[name];
      expect(momentOf(report, "plays fallback")).toBeDefined();
      expect(momentOf(report, "records")).toBeDefined();
      expect(momentOf(report, "plays thanks")).toBeGreaterThan(momentOf(report, "records")!);
      expect(report.moments.filter(({ name: moment }) => moment.startsWith("plays fallback"))).toHaveLength(1);
      expect(report.problems).toEqual([]);
    });
    test("does not lose the message: its words in the call log, a lead, a task that quotes it", async () => {
      const { stage, entry, report } = stories[name];
      const told = await stage.entryOf(report.callSid, ({ turns }) => turns.some(({ text }) => text === message));
      expect(told.turns.filter(({ text }) => text === message)).toHaveLength(1);
      expect(told).toMatchObject({ endReason: "fallback", status: "completed", from: caller });
      expect(entry.leadId).toBeString();
      const [task, ...others] = await tasksOf(stories[name]);
      expect(task).toMatchObject({ status: "open", detail: message, customerId: entry.customerId });
      expect(others).toEqual([]);
      const summed = await stage.entryOf(report.callSid, ({ summary }) => summary !== null);
      expect(summed.summary).not.toBe("");
    }, 60_000);
    test("leaves the recording with us and no longer at Twilio", async () => {
      const { stage, report } = stories[name];
      const made = [...stage.world.account.recordings.values()].filter(({ callSid }) => callSid === report.callSid);
      expect(made).toHaveLength(1);
      await until("Twilio's copy deleted", () => made[0]!.deleted, 30_000);
      const { recordings } = await stage.entryOf(report.callSid);
      expect(recordings.filter(({ origin, status }) => origin === "provider" && status === "stored")).toHaveLength(1);
    }, 40_000);
  },
);

test("a key that is refused is not tried again: the prompt is heard at once", () => {
  const { report, stage } = stories.unauthorised;
  expect(momentOf(report, "plays fallback")).toBeLessThan(2_000);
  expect(stage.world.model.refusals.filter((status) => status === 401).length).toBeLessThan(20);
});

test.each(["too many requests", "deaf from the start"] as const)(
  "%s: tried again, then the prompt within the time the engine has",
  (name) => {
    expect(momentOf(stories[name].report, "plays fallback")).toBeLessThan(8_500);
  },
);

test("half a transcription is never kept: the words are written once, whole, when the provider is well again", async () => {
  const { stage, report } = stories["too many requests"];
  const { turns } = await stage.entryOf(report.callSid);
  expect(turns.filter(({ role }) => role === "caller").map(({ text }) => text)).toEqual([message]);
  expect(
    stage.world.model.restCalls.filter(({ path }) => path.endsWith("/transcriptions")).map(({ status }) => status),
  ).toEqual([200, 429, 200]);
});

describe("half a JSON from the model", () => {
  test("is one line in the log and nothing to the caller", () => {
    const story = stories["half a JSON"];
    expect(linesWith(story, "[REALTIME-ERROR] unreadable event")).toHaveLength(1);
    expect(wordsHeard(story)).toContain(address);
    expect(story.sessions).toHaveLength(1);
    expect(story.report.deadAirMs).toBeLessThan(4_500); // the caller's own pause is four seconds
    expect(story.entry.endReason).toBe("caller_hung_up");
  });
});

describe.each(["cut off", "silent"] as const)("a model that is %s in mid-call", (name) => {
  test("is replaced within seconds, with the talk so far and without a second greeting", () => {
    const { sessions, report, entry } = stories[name];
    expect(sessions).toHaveLength(2);
    const known = sessions[1]!.memory().map(({ text }) => text);
    expect(known.join("\n")).toContain(greeting);
    // What a deaf model was told is lost: the caller is asked to say it again.
    if (name === "cut off") expect(known.join("\n")).toContain("כמה עולה תספורת?");
    else expect(wordsHeard(stories[name])).toContain("סליחה, לא שמעתי. אפשר לחזור על זה?");
    expect(report.heard.filter(({ text }) => text === greeting)).toHaveLength(1);
    expect(entry.events.map(({ kind }) => kind)).toContain("engine_reconnecting");
  });
  test("is no reason to end the call: the next question is answered", () => {
    const story = stories[name];
    expect(wordsHeard(story)).toContain(address);
    expect(story.entry.endReason).toBe("caller_hung_up");
    expect(linesWith(story, "WATCHDOG_REDIRECT")).toEqual([]);
  });
  test("is explained: the caller soon hears at least that they have to wait", () => {
    // Two seconds, and for a model that does not even notice the caller's turn the time until we take it ourselves.
    const boundMs = name === "cut off" ? 2_000 : limits.missedTurnMs + 500;
    expect(Math.max(...stories[name].report.answerMs)).toBeLessThan(boundMs);
  });
});

test("an answer that was cut off in the middle is gone on with: the caller hears the rest of it", () => {
  const story = stories["cut off"];
  const whole = wordsHeard(stories["one answer fails"]).find((text) => text.startsWith("תספורת נשים עולה"))!;
  expect(wordsHeard(story).filter((text) => text !== whole && whole.endsWith(text))).toHaveLength(1);
  expect(story.entry.events.map(({ kind }) => kind)).toContain("answer_failed");
});

test("one failed answer is asked for again; the caller gets both answers", () => {
  const story = stories["one answer fails"];
  expect(wordsHeard(story).join(" ")).toContain("תספורת נשים עולה");
  expect(wordsHeard(story)).toContain(address);
  expect(linesWith(story, "[REALTIME-ERROR] ")).not.toEqual([]);
});

test("no trouble of a model becomes an exception anywhere", () => {
  for (const story of Object.values(stories)) {
    expect(linesWith(story, "bug")).toEqual([]);
    expect(linesWith(story, "uncaught")).toEqual([]);
  }
});
