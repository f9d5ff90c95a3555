import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { AppError } from "../base/errors.ts";
import { type Random, seededRandom } from "../base/random.ts";
import { queueMessage } from "./queue-message.ts";
import { chatWith } from "./reach.ts";
import type { SendStep } from "./testing/scripted-provider.ts";
import { dana, WhatsAppRoom, yossi } from "./testing/whatsapp-room.ts";

// A world from a seed: customers write, staff writes, the line drops, answers get lost, the network repeats and reorders, the
// model fails, and the process is killed and started again at any moment. Whatever happens, at the end:
// - every message of a customer is stored once, and was answered or put aside for a named reason;
// - every message of ours reached the customer once, or is failed or unknown with a reason; in order within each chat.
setDefaultTimeout(120_000);

const seeds = Number(Bun.argv.find((word) => word.startsWith("--seeds="))?.slice(8) ?? 6);
const open: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of open.splice(0).reverse()) await room.close();
});

const pick = <T>(random: Random, among: readonly T[]): T => among[Math.floor(random() * among.length)]!;
const faults: readonly SendStep[] = [
  "accept",
  "accept",
  "lose",
  "lose_answer",
  { refuse: "not_connected", final: false },
  { refuse: "rate_limited", final: false },
];

/** A model that answers with what it was asked, and fails now and then. */
function moodyModel(room: WhatsAppRoom, random: Random): void {
  room.model.answer = async ({ messages }) => {
    if (random() < 0.15) throw new AppError("unavailable", "the model is away");
    await Bun.sleep(random() * 20);
    const last = messages.findLast(({ role }) => role === "user");
    const text = `תשובה: ${last?.role === "user" ? last.text : ""}`;
    const usage = {
      model: "moody",
      textInputTokens: 1,
      audioInputTokens: 0,
      cachedTextTokens: 0,
      cachedAudioTokens: 0,
      textOutputTokens: 1,
      audioOutputTokens: 0,
      transcribedSeconds: 0,
    };
    return { text, toolCalls: [], complete: true, usage };
  };
}

async function runWorld(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const first = await WhatsAppRoom.open();
  open.push(first);
  first.link();
  moodyModel(first, random);
  let now = first;
  const written: { from: string; id: string }[] = [];
  const staffTexts: string[] = [];

  const customerWrites = async (index: number) => {
    const from = pick(random, [dana, yossi]);
    const id = `NET${seed}-${index}`;
    written.push({ from: from.value, id });
    const message = { providerId: id, sentAt: now.clock.instant().toString() };
    const times = random() < 0.3 ? 2 : 1; // the network repeats
    for (let time = 0; time < times; time++) await now.channel.arrives(from, `הודעה ${index}`, message).catch(() => {});
  };
  const staffWrites = async (index: number) => {
    const text = `צוות ${index}`;
    const queued = await now.inTenant(async (ctx) => {
      const [identity] = (await now.conversations()).filter(({ lastInboundAt }) => lastInboundAt !== null);
      const chat = identity && (await chatWith(ctx, identity.customerId));
      if (!chat) return null;
      return queueMessage(ctx, {
        ...chat,
        purpose: "staff",
        content: { kind: "text", text },
        at: now.clock.instant(),
        dedupe: text,
      });
    });
    if (queued !== null) staffTexts.push(text);
  };
  /** A kill: nothing of the old process runs on, the next one finds what the database has. */
  const killAndStart = async () => {
    now.abandon();
    const next = await WhatsAppRoom.open({ beside: first, sameStorage: true });
    open.push(next);
    moodyModel(next, random);
    now = next;
    if (!now.channel.status().connected) now.channel.opens();
  };

  for (let index = 0; index < 60; index++) {
    const dice = random();
    now.channel.script.push(pick(random, faults));
    if (dice < 0.45) await customerWrites(index);
    else if (dice < 0.65) await staffWrites(index);
    else if (dice < 0.75) now.channel.drops("connection_lost", 1);
    else if (dice < 0.9) now.channel.opens();
    else if (dice < 0.94) await killAndStart();
    for (let steps = random() * 20; steps > 0; steps--) {
      now.clock.advance(300);
      if (random() < 0.3) await Bun.sleep(1);
    }
  }
  now.channel.script.length = 0;
  now.channel.opens();
  await settle(now);
  await check(now, written, staffTexts);
}

/** Time passes until nothing waits any more. */
const settle = (room: WhatsAppRoom) =>
  room.passes(
    "rest",
    async () => {
      const messages = await room.messages();
      return messages.every(({ awaits, state }) => !awaits && state !== "queued" && state !== "sending");
    },
    1_000,
  );

async function check(room: WhatsAppRoom, written: { id: string }[], staffTexts: string[]): Promise<void> {
  const messages = await room.messages();
  const incoming = messages.filter(({ author }) => author === "customer");
  expect(incoming.map(({ providerId }) => providerId).toSorted()).toEqual(written.map(({ id }) => id).toSorted());
  expect(incoming.filter(({ handled }) => handled === null)).toEqual([]);
  const ours = messages.filter(({ purpose }) => purpose !== null);
  const { shown } = room.channel;
  expect(new Set(shown.map(({ providerId }) => providerId)).size).toBe(shown.length);
  for (const { state, reason, providerId, body } of ours) {
    const isShown = shown.some((each) => each.providerId === providerId);
    if (state === "sent") expect([body, isShown]).toEqual([body, true]);
    else expect([body, ["failed", "unknown"].includes(state ?? "") && reason !== null]).toEqual([body, true]);
  }
  for (const { value } of [dana, yossi]) {
    const staffShown = shown
      .filter(({ to, text }) => to.value === value && text.startsWith("צוות"))
      .map(({ text }) => text);
    expect(staffShown).toEqual(staffTexts.filter((text) => staffShown.includes(text))); // in order
  }
  // One answer per burst: no customer's message is in two answers.
  const answers = ours.filter(({ purpose, body }) => purpose === "reply" && body.startsWith("תשובה"));
  const quoted = answers.flatMap(({ body }) => body.match(/הודעה \d+/g) ?? []);
  expect(new Set(quoted).size).toBe(quoted.length);
}

for (let index = 0; index < seeds; index++) {
  const seed = seeds > 6 ? 1_000 + index : 41 + index * 97;
  test(`whatever happens, nothing is lost and nothing is doubled (seed ${seed})`, () => runWorld(seed));
}
