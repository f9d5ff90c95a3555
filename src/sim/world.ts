import { type Clock, systemClock } from "../base/clock.ts";
import { noModelFaults } from "./faults.ts";
import { scriptedBrain } from "./openai/brain.ts";
import { createModel, type Tempo } from "./openai/model.ts";
import { type ModelAdmin, serveModel } from "./openai/server.ts";
import { type CallerSpeech, Person } from "./person.ts";
import { type CallReport, reportCall } from "./report.ts";
import { receptionRules } from "./scenarios/reception.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { SoundBook } from "./sound-book.ts";
import { assistantSpeech, callerSpeech, type Synthesiser } from "./synthesiser.ts";
import { TwilioAccount } from "./twilio/account.ts";
import { mouthOf } from "./twilio/mouth.ts";
import { OutboundCall } from "./twilio/outbound-call.ts";
import { PhoneCall } from "./twilio/phone-call.ts";
import { serveRestApi } from "./twilio/rest-api.ts";
import { createWebhookClient } from "./twilio/webhook-client.ts";
import { TwilioWhatsApp } from "./twilio/whatsapp.ts";
import { FakeWhatsApp } from "./whatsapp/server.ts";

export interface WorldOptions {
  clock?: Clock;
  /** Makes jitter and loss repeatable. */
  seed?: number;
  accountSid?: string;
  authToken?: string;
  apiKey?: string;
  tempo?: Partial<Tempo>;
  /** Speaks for assistant and caller; the default, the formant voice, sounds the same on every machine. */
  synthesise?: Synthesiser;
  /** Number that scenarios call when they name none. */
  number?: string;
  /** Told of each call that the product placed, when it is over. */
  onPlaced?: (call: OutboundCall) => void;
}

/** Where the product answers. */
export interface ProductAddress {
  /** Its PUBLIC_BASE_URL: what webhooks are signed over. */
  publicBaseUrl: string;
  /** Where it really listens, when PUBLIC_BASE_URL is a name that only the world knows. */
  listensAt?: string;
}

/** A live line for people who watch. */
export interface WorldLine {
  atMs: number;
  who: "caller" | "assistant";
  text: string;
}

export interface Dialled {
  readonly call: PhoneCall;
  readonly person: () => Person | null;
  /** Resolves when the call is over and everything was reported to the product. */
  readonly report: Promise<CallReport>;
}

/** The world outside the product: a phone network, a model and WhatsApp, all on loopback ports. */
export interface World {
  readonly account: TwilioAccount;
  /** Calls that the product placed, oldest first. */
  readonly placedCalls: readonly OutboundCall[];
  /** WhatsApp as the phone provider's account has it. */
  readonly twilioWhatsApp: TwilioWhatsApp;
  readonly model: ModelAdmin;
  readonly whatsapp: FakeWhatsApp;
  readonly book: SoundBook;
  /** Settings that point the product at this world, by their public names. */
  readonly environment: Readonly<Record<string, string>>;
  /** Tells the phone network where the product answers. */
  connect(product: ProductAddress): void;
  dial(scenario: Scenario, options?: { onLine?: (line: WorldLine) => void }): Dialled;
  /**
   * Makes the world know how the model's voice says this text for the first two times, in a call and for keeping: the
   * product may have kept either in an earlier run.
   */
  learn(text: string, voice?: string): Promise<void>;
  /** Ends all faults of the model. */
  healModel(): void;
  stop(): Promise<void>;
}

// Frames leave at most this much late; with 20 ms frames nobody hears it.
const tickMs = 5;

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? 1;
  const book = new SoundBook();
  const account = new TwilioAccount({
    sid: options.accountSid ?? `AC${"5".repeat(32)}`,
    authToken: options.authToken ?? "simulated-auth-token",
  });
  const twilioWhatsApp = new TwilioWhatsApp(account, clock);
  const rest = serveRestApi(account, clock, twilioWhatsApp);
  const model = createModel({
    clock,
    book,
    apiKey: options.apiKey ?? "simulated-api-key",
    brain: scriptedBrain(receptionRules),
    ...(options.tempo === undefined ? {} : { tempo: options.tempo }),
    ...(options.synthesise === undefined ? {} : { speech: assistantSpeech(options.synthesise) }),
  });
  const openai = serveModel(model);
  const whatsapp = new FakeWhatsApp(clock);
  const live = new Set<PhoneCall>();
  const placedCalls: OutboundCall[] = [];
  const ticker = clock.every(tickMs, () => {
    for (const call of live) call.tick();
  });
  let product: ProductAddress | null = null;
  let dialledCalls = 0;

  const dial: World["dial"] = (scenario, { onLine } = {}) => {
    if (product === null) throw new Error("connect() the product before dialling");
    scenario.breakModel?.(model.faults);
    if (scenario.rules !== undefined) model.brain = scriptedBrain([...scenario.rules, ...receptionRules]);
    let person: Person | null = null;
    let speech: CallerSpeech | null = null;
    const faults = scenario.faults ?? {};
    const callSeed = seed + ++dialledCalls;
    const call = new PhoneCall({
      clock,
      account,
      book,
      webhooks: createWebhookClient(account, clock, reachOf(product)),
      from: scenario.from ?? "+972501112233",
      to: scenario.to ?? options.number ?? "+97235550100",
      voiceUrl: `${product.publicBaseUrl}/webhook/incoming_call`,
      statusCallback: `${product.publicBaseUrl}/webhook/call_status`,
      faults,
      seed: callSeed,
      keepAudio: true,
      ...(scenario.dialled === undefined ? {} : { dialled: scenario.dialled }),
      mouth(made) {
        person = new Person({
          steps: scenario.steps,
          book,
          name: made.sid,
          seed: callSeed,
          noiseDbov: scenario.noiseDbov ?? -58,
          patienceMs: scenario.patienceMs ?? 120_000,
          ...(speech === null ? {} : { speech }),
          onKey: (digit) => made.key(digit),
          onSaid: ({ from, kind, text }) =>
            onLine?.({
              atMs: from / 8,
              who: "caller",
              text: kind === "speech" || kind === "backchannel" ? text : `(${kind}: ${text})`,
            }),
        });
        return mouthOf(person, made.ear, faults);
      },
    });
    call.ear.onSound = (sound, at) => {
      if (sound.text !== "") onLine?.({ atMs: at / 8, who: "assistant", text: sound.text });
    };
    live.add(call);
    const ring = async (): Promise<void> => {
      if (options.synthesise !== undefined) speech = await callerSpeech(scenario.steps, options.synthesise);
      await call.ring();
    };
    const report = ring()
      .then(() =>
        reportCall(call, person?.said ?? [], (itemId) =>
          cutsOf(openai.admin, itemId).map(({ toldMs, clockMs }) => ({ toldMs, atMs: call.sinceAnswer(clockMs) })),
        ),
      )
      .finally(() => live.delete(call));
    return { call, person: () => person, report };
  };

  return {
    account,
    placedCalls,
    twilioWhatsApp,
    model: openai.admin,
    whatsapp,
    book,
    environment: {
      TWILIO_ACCOUNT_SID: account.sid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_API_BASE_URL: rest.baseUrl,
      OPENAI_API_KEY: model.apiKey,
      OPENAI_BASE_URL: openai.baseUrl,
      WHATSAPP_WEB_SOCKET_URL: whatsapp.url,
    },
    connect(address) {
      product = address;
      twilioWhatsApp.product = address.publicBaseUrl;
      twilioWhatsApp.webhooks = createWebhookClient(account, clock, reachOf(address));
      account.place = (call) => {
        const placed = new OutboundCall(account, createWebhookClient(account, clock, reachOf(address)), call);
        placedCalls.push(placed);
        void placed.finished.then(() => options.onPlaced?.(placed));
        return placed;
      };
    },
    dial,
    async learn(text, voice = "marin") {
      for (const take of [0, 1]) {
        const audio = await model.speech(text, voice, take);
        book.add({ id: `learned:${voice}/${text}`, text, bytes: audio.length }, audio);
      }
    },
    healModel: () => void Object.assign(model.faults, noModelFaults()),
    async stop() {
      ticker.cancel();
      for (const call of live) call.hangUp();
      await Promise.all([rest.stop(), openai.stop(), whatsapp.stop()]);
    },
  };
}

/** Public address → the one to connect to, for http(s) and ws(s) alike. */
function reachOf({ publicBaseUrl, listensAt }: ProductAddress): (url: string) => string {
  if (listensAt === undefined) return (url) => url;
  const publicHost = publicBaseUrl.replace(/^https?/, "");
  const realHost = listensAt.replace(/^https?/, "");
  return (url) => {
    const scheme = /^(https?|wss?)/.exec(url)?.[0] ?? "";
    if (!url.slice(scheme.length).startsWith(publicHost)) return url;
    const plain = scheme.startsWith("http") ? "http" : "ws";
    return `${listensAt.startsWith("https") ? scheme : plain}${realHost}${url.slice(scheme.length + publicHost.length)}`;
  };
}

function cutsOf(admin: ModelAdmin, itemId: string): { toldMs: number; clockMs: number }[] {
  const told: { toldMs: number; clockMs: number }[] = [];
  for (const { conversation } of admin.sessions)
    for (const cut of conversation.truncations)
      if (cut.itemId === itemId && !cut.refused) told.push({ toldMs: cut.audioEndMs, clockMs: cut.atMs });
  return told;
}
