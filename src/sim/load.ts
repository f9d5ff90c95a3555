import { systemClock } from "../base/clock.ts";
import { LoadCaller, prepareTails, SentTimes } from "./load/caller.ts";
import { Measure, type Summary } from "./load/measure.ts";
import { lanesMax, readStamp, type Stamp, writeStamp } from "./load/stamp.ts";
import { textToSay } from "./openai/brain.ts";
import { createModel, type Model } from "./openai/model.ts";
import { serveModel } from "./openai/server.ts";
import type { RealtimeSession } from "./openai/session.ts";
import { SoundBook } from "./sound-book.ts";
import { TwilioAccount } from "./twilio/account.ts";
import { PhoneCall } from "./twilio/phone-call.ts";
import { serveRestApi } from "./twilio/rest-api.ts";
import { createWebhookClient } from "./twilio/webhook-client.ts";
import { assistantVoice, speakMulaw } from "./voice.ts";

export interface LoadOptions {
  calls: number;
  /** How long each call lasts, from its answer. */
  seconds: number;
  /** Calls begin evenly spread over this long (2 s). 0 = all at once. */
  rampSeconds?: number;
  /** Every n-th turn of a caller interrupts (3); 0 = never. */
  interruptEvery?: number;
  /** A caller who hears nothing speaks after this long (6,000). */
  patienceMs?: number;
  /** Speed of the model's audio: 1 = as fast as it plays, so that every frame's delay down the line means something. */
  audioRate?: number;
  thinkMs?: number;
  /** Called number. */
  number: string;
  accountSid?: string;
  authToken?: string;
  apiKey?: string;
  /** Starts the product with these settings, as a process of its own; resolves when it is ready. */
  startProduct: (environment: Readonly<Record<string, string>>) => Promise<{ publicBaseUrl: string }>;
}

export interface LoadReport {
  calls: number;
  /** Calls whose stream started. */
  streams: number;
  webhookMs: Summary;
  /** `start` → first audible sample at the caller. */
  greetingMs: Summary;
  /** Frame leaves the caller → it reaches the model; only frames sent while the assistant was silent. */
  uplinkMs: Summary;
  /** Audio leaves the model → it reaches the phone network. */
  downlinkMs: Summary;
  /** Caller starts to speak over the assistant → `clear` reaches the phone network. */
  clearMs: Summary;
  /** Caller starts to speak over the assistant → the assistant falls silent. */
  stopMs: Summary;
  framesSent: number;
  /** Gaps in what reached the model: frames that came neither as they were nor as silence. */
  framesLost: number;
  /** Frames that arrived out of order. */
  framesSwapped: number;
  /** How late this process itself was: delays can be no more exact than this. */
  ownLatenessMs: Summary;
  problems: Record<string, number>;
}

const answers = [
  "בוודאי, יש לנו תור פנוי מחר בארבע וחצי אחר הצהריים, ויש גם בחמש ורבע. מה נוח לך יותר?",
  "אנחנו פתוחים מתשע בבוקר עד שבע בערב, ואפשר להגיע גם בלי תור בשעות הבוקר המוקדמות.",
];

/**
 * Many calls from one process: prepared frames, one timer, stamps instead of recognition.
 * Measures what the product adds; the fakes run here, the product in a process of its own.
 */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  if (options.calls > lanesMax) throw new Error(`at most ${lanesMax} calls`);
  const clock = systemClock;
  const book = new SoundBook(0);
  const account = new TwilioAccount({
    sid: options.accountSid ?? `AC${"5".repeat(32)}`,
    authToken: options.authToken ?? "simulated-auth-token",
  });
  const rest = serveRestApi(account, clock);
  const model = createModel({
    clock,
    book,
    apiKey: options.apiKey ?? "simulated-api-key",
    tempo: { connectMs: 20, thinkMs: options.thinkMs ?? 300, audioRate: options.audioRate ?? 1, deltaMs: 100 },
    brain: ({ request }) => ({ say: textToSay(request) ?? answers[request === "" ? 0 : 1]!, calls: [] }),
  });
  const openai = serveModel(model);
  const meter = createMeter(model, options.calls);
  openai.admin.onSession = meter.watch;
  try {
    const product = await options.startProduct({
      TWILIO_ACCOUNT_SID: account.sid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_API_BASE_URL: rest.baseUrl,
      OPENAI_API_KEY: model.apiKey,
      OPENAI_BASE_URL: openai.baseUrl,
    });
    return await dialAll(options, product.publicBaseUrl, account, book, meter);
  } finally {
    await Promise.all([rest.stop(), openai.stop()]);
  }
}

type Meter = ReturnType<typeof createMeter>;

/** Everything that is measured while calls run. */
function createMeter(model: Model, lanes: number) {
  const nowMs = () => model.clock.nowMs();
  const up = new SentTimes(lanes + 1);
  const down = new SentTimes(lanesMax + 1);
  const stamp: Stamp = { lane: 0, sequence: 0 };
  const head = Buffer.alloc(12);
  const lastSequence = new Int32Array(lanes + 1).fill(-1);
  const uplinkMs = new Measure();
  const downlinkMs = new Measure();
  let swapped = 0;
  let lost = 0;
  let answersMade = 0;
  const spoken = new Map<string, Uint8Array>();
  model.speech = (text) => {
    const plain = spoken.get(text) ?? speakMulaw(text, assistantVoice);
    spoken.set(text, plain);
    if (!answers.includes(text)) return plain; // dictated phrases may be kept and played in any call, at any time
    const lane = ++answersMade & lanesMax;
    const stamped = plain.slice();
    for (let at = 0; at < stamped.length; at += 160) writeStamp(stamped, at, lane, at / 160);
    return stamped;
  };
  model.onAudio = (audio, from, to) => {
    // A frame has left when its last byte has: pieces of the model are no whole frames.
    for (let at = Math.ceil((from - 159) / 160) * 160; at + 160 <= to; at += 160)
      if (readStamp(audio, at, stamp)) down.note(stamp.lane, stamp.sequence, nowMs());
  };
  /** Sequence of the frame in the payload, -1 when it is silence or nothing of ours. */
  const tap = (payload: string): number => {
    head.write(payload, "base64");
    if (!readStamp(head, 0, stamp)) return -1;
    const sentMs = up.of(stamp.lane, stamp.sequence);
    if (!Number.isNaN(sentMs)) uplinkMs.add(nowMs() - sentMs);
    if (stamp.sequence < lastSequence[stamp.lane]!) swapped++;
    lastSequence[stamp.lane] = stamp.sequence;
    return stamp.sequence;
  };
  return {
    up,
    uplinkMs,
    downlinkMs,
    clearMs: new Measure(),
    stopMs: new Measure(),
    greetingMs: new Measure(),
    webhookMs: new Measure(),
    ownLatenessMs: new Measure(),
    nowMs,
    swapped: () => swapped,
    lost: () => lost,
    watch(session: RealtimeSession) {
      // Frames that came or were replaced by silence. What has a lower number is a replay; a higher one shows a gap.
      let covered = 0;
      session.tap = (payload) => {
        const sequence = tap(payload);
        if (sequence < 0) covered += Math.round((payload.length * 3) / 4 / 160);
        else if (sequence >= covered) {
          lost += sequence - covered;
          covered = sequence + 1;
        }
        return false;
      };
    },
    /** Audio of the product reached the phone network. */
    media(bytes: Uint8Array) {
      let at = 0;
      while (at < 160 && !readStamp(bytes, at, stamp)) at++;
      for (; at < bytes.length; at += 160)
        if (readStamp(bytes, at, stamp)) downlinkMs.add(nowMs() - down.of(stamp.lane, stamp.sequence));
    },
  };
}

async function dialAll(
  options: LoadOptions,
  publicBaseUrl: string,
  account: TwilioAccount,
  book: SoundBook,
  meter: Meter,
): Promise<LoadReport> {
  const clock = systemClock;
  const webhooks = createWebhookClient(account, clock);
  const tails = prepareTails();
  const calls: PhoneCall[] = [];
  let dueMs = clock.nowMs();
  const ticker = setInterval(() => {
    const now = clock.nowMs();
    meter.ownLatenessMs.add(Math.max(0, now - dueMs));
    dueMs = now + 2;
    for (const call of calls) call.tick();
  }, 2);
  const place = (lane: number): Promise<void> => {
    let caller: LoadCaller | null = null;
    const call = new PhoneCall({
      clock,
      account,
      webhooks,
      book,
      from: `+9725${String(10_000_000 + lane)}`,
      to: options.number,
      voiceUrl: `${publicBaseUrl}/webhook/incoming_call`,
      statusCallback: `${publicBaseUrl}/webhook/call_status`,
      faults: {},
      seed: lane,
      keepAudio: false,
      mouth: (made) => {
        caller = new LoadCaller(
          {
            lane,
            tails,
            sent: meter.up,
            nowMs: meter.nowMs,
            hangUpAt: options.seconds * 8_000,
            interruptEvery: options.interruptEvery ?? 3,
            patienceMs: options.patienceMs ?? 6_000,
            stopMs: meter.stopMs,
            clearMs: meter.clearMs,
          },
          made,
        );
        return caller;
      },
      onMessage: (event, bytes) => {
        if (bytes !== null) meter.media(bytes);
        if (event === "clear") caller?.cleared();
      },
    });
    calls.push(call);
    return call.ring();
  };
  const rampMs = (options.rampSeconds ?? 2) * 1_000;
  const rung: Promise<void>[] = [];
  for (let lane = 0; lane < options.calls; lane++) {
    rung.push(place(lane));
    if (rampMs > 0) await Bun.sleep(rampMs / options.calls);
  }
  await Promise.all(rung);
  clearInterval(ticker);
  await Bun.sleep(200); // the last frames are still on their way to the model
  return reportOf(calls, meter);
}

function reportOf(calls: readonly PhoneCall[], meter: Meter): LoadReport {
  const problems: Record<string, number> = {};
  let streams = 0;
  for (const call of calls) {
    meter.webhookMs.add(call.webhookMs);
    const start = call.moments.find(({ name }) => name === "stream started");
    if (start !== undefined) streams++;
    if (start !== undefined && call.ear.firstAudible > 0) meter.greetingMs.add(call.ear.firstAudible / 8 - start.atMs);
    for (const { code, detail } of call.problems) {
      const name = `${code} ${detail}`;
      problems[name] = (problems[name] ?? 0) + 1;
    }
  }
  const sent = calls.flatMap(({ streams }) => streams).reduce((sum, { framesSent }) => sum + framesSent, 0);
  return {
    calls: calls.length,
    streams,
    webhookMs: meter.webhookMs.summary(),
    greetingMs: meter.greetingMs.summary(),
    uplinkMs: meter.uplinkMs.summary(),
    downlinkMs: meter.downlinkMs.summary(),
    clearMs: meter.clearMs.summary(),
    stopMs: meter.stopMs.summary(),
    framesSent: sent,
    framesLost: meter.lost(),
    framesSwapped: meter.swapped(),
    ownLatenessMs: meter.ownLatenessMs.summary(),
    problems,
  };
}
