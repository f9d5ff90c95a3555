import type { Server } from "bun";
import { sql } from "drizzle-orm";
import { Hono } from "hono";
import manifest from "../package.json" with { type: "json" };
import { createApi } from "./app/api.ts";
import { createBudget } from "./app/budget.ts";
import { assembleChores } from "./app/chores.ts";
import { GiveBack } from "./app/give-back.ts";
import { assembleTelephone, type Telephone } from "./app/telephone.ts";
import { assembleVoice } from "./app/voice.ts";
import { type AssembledWhatsApp, assembleWhatsApp } from "./app/whatsapp.ts";
import { firstAdminLink, linkAddress } from "./auth/links.ts";
import { createSessionCache, type Sessions } from "./auth/session-cache.ts";
import type { Clock } from "./base/clock.ts";
import type { Log } from "./base/log.ts";
import type { Random } from "./base/random.ts";
import type { RestCalendars } from "./calendar/availability.ts";
import { createRestCalendars } from "./calendar/rest.ts";
import { CallOwner } from "./calls/call-owner.ts";
import { createCallRecorder } from "./calls/journal.ts";
import { outageFolder } from "./calls/outage-file.ts";
import { replayOutages } from "./calls/replay-outages.ts";
import { createSoundStore, type SoundStore } from "./calls/sound-store.ts";
import type { Config } from "./config.ts";
import { type House, openHouse } from "./db/house.ts";
import { withSystem } from "./db/tenant.ts";
import { createHealth } from "./health/health.ts";
import { refuseLarge } from "./http/body-size.ts";
import { errorHandler } from "./http/errors.ts";
import { requestLog } from "./http/request-log.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { listen } from "./http/server.ts";
import { limits } from "./limits.ts";
import { createLiveHub, type LiveHub } from "./notify/live.ts";
import { createPush, type Push, postPush } from "./notify/push.ts";
import type { TellOwnerDeps } from "./notify/tell-owner.ts";
import { pushKeys } from "./notify/web-push.ts";
import { createPanel } from "./panel/serve.ts";
import { installationSecret } from "./secrets.ts";
import { createDirectory } from "./tenants/directory.ts";
import { knock } from "./twilio/knock.ts";
import { type MediaSocketData, mediaWebSocket } from "./twilio/media-socket.ts";
import { createStaticAudio } from "./twilio/static-audio.ts";

export interface AppDeps {
  config: Config;
  log: Log;
  clock: Clock;
  random: Random;
}

export interface App {
  /**
   * Opens the database, then listens. `url` is the public address, `listensAt` where the port really is (behind a TLS
   * proxy they differ), `adminLink` the way in while no administrator has a password: for the operator's eyes, never
   * for the log. @throws AppError when it cannot.
   */
  start(): Promise<{ url: string; listensAt: string; adminLink: string | null }>;
  /** Refuses new calls to the recording, waits for live ones (bounded), writes everything out, closes. Safe before `start`. */
  stop(): Promise<void>;
  /** A second wish to stop: live calls hear a goodbye, and all is over within ten seconds. */
  hurry(): void;
}

/** Builds the product. Nothing is opened before `start`. */
export function createApp(deps: AppDeps): App {
  const { clock, log } = deps;
  let house: House | null = null;
  let product: Product | null = null;
  let server: Server<MediaSocketData> | null = null;
  const open = async () => {
    const startedAt = clock.instant();
    const { storageDir, databaseUrl, http } = deps.config;
    house = await openHouse({ storageDir, databaseUrl, log });
    const owner = new CallOwner({ db: house.db, owner: processId(storageDir), clock, log });
    const settings = { owner: processId(storageDir), usdIlsRate: deps.config.usdIlsRate };
    await replayOutages({ db: house.db, storageDir, settings, log });
    await owner.claim(startedAt);
    // Callbacks need our address, which with port 0 is known only once we listen.
    const listensAt = () => `http://127.0.0.1:${server?.port ?? http.port}`;
    const publicBaseUrl = () => http.publicBaseUrl ?? listensAt();
    product = assemble(deps, house, publicBaseUrl, owner);
    const { routes, sockets } = product;
    server = listen({ ...http, routes, sockets, websocket: mediaWebSocket, log: deps.log });
    product.startChores();
    const link = await firstAdminLink(house.db, clock.instant());
    const adminLink = link && linkAddress(publicBaseUrl(), link.token);
    return { url: publicBaseUrl(), listensAt: listensAt(), adminLink };
  };
  let opening: Promise<unknown> = Promise.resolve();
  return {
    start() {
      const opened = open();
      opening = opened.catch(() => {});
      return opened;
    },
    async stop() {
      await opening; // half a start leaves a database behind
      if (product) await product.drain();
      await server?.stop(true);
      await product?.close();
      await house?.close();
    },
    hurry: () => product?.hurry(),
  };
}

/** Its storage folder belongs to one process at a time, so the folder's id is the process's. */
const processId = (storageDir: string): string => installationSecret(storageDir, "process", null).slice(0, 32);

type Product = ReturnType<typeof assemble>;

/** Every module with what it needs, in the order of their dependency. */
function assemble(deps: AppDeps, house: House, publicBaseUrl: () => string, owner: CallOwner) {
  const { config, clock, log, random } = deps;
  const { db } = house;
  const voice = assembleVoice(deps);
  const directory = createDirectory({ ...config, db, clock, log, random, onFresh: voice.recallGreetings });
  const sounds = createSoundStore(config.storageDir);
  const recorder = createCallRecorder({
    db,
    owner: processId(config.storageDir),
    sounds,
    outageFolder: outageFolder(config.storageDir),
    recordingDays: (id) => directory.get(id)?.recordingDays ?? limits.recordingDays,
    usdIlsRate: config.usdIlsRate,
    clock,
    log,
    random,
  });
  const restCalendars = createRestCalendars();
  const hub = createLiveHub({ db, clock, log, random });
  const sessions = createSessionCache({ db, clock, random });
  const { usdIlsRate } = config;
  const budget = createBudget({ db, clock, log, usdIlsRate, profiles: () => directory.all() });
  const shared = { db, publicBaseUrl, directory, voice, restCalendars, budget };
  const telephone = assembleTelephone({ ...deps, ...shared, recorder, hub });
  const { switchboard } = telephone;
  const provider = telephone.rest;
  const secret = installationSecret(config.storageDir, "session", config.sessionSecret);
  const needs = { ...shared, secret, owner: processId(config.storageDir) };
  const whatsapp = assembleWhatsApp({ ...deps, ...needs });
  const keys = pushKeys(secret);
  const push = createPush({ keys, clock, contact: publicBaseUrl, post: postPush });
  const giveBack = new GiveBack({ clock, liveCalls: () => switchboard.live });
  const common = { db, directory, sounds, restCalendars, whatsapp, push, owners: whatsapp.owners };
  const chores = assembleChores({ secret, ...deps, ...common, provider, voice, usdIlsRate, budget });
  return {
    routes: routesOf(deps, house, telephone, {
      ...common,
      publicBaseUrl,
      hub,
      sessions,
      secret,
      pushKey: keys.publicKey,
    }),
    sockets: telephone.sockets,
    startChores() {
      void directory.refresh().then(budget.refresh);
      for (const part of [chores, whatsapp, owner, giveBack]) part.start();
    },
    async drain() {
      const hasCalls = switchboard.live > 0;
      await switchboard.drain(limits.drainMs);
      if (hasCalls) await new Promise<void>((resolve) => clock.after(limits.lastReportsMs, resolve));
    },
    hurry: () => void switchboard.drain(limits.drainHurryMs),
    async close() {
      giveBack.stop();
      telephone.telling.stop();
      budget.stop();
      await hub.close();
      await sessions.close();
      await whatsapp.stop();
      await chores.stop();
      await owner.stop();
      await recorder.close(limits.closeMs);
      await directory.close();
    },
  };
}

interface RouteNeeds {
  sounds: SoundStore;
  restCalendars: RestCalendars;
  publicBaseUrl: () => string;
  hub: LiveHub;
  sessions: Sessions;
  whatsapp: AssembledWhatsApp;
  push: Push;
  owners: TellOwnerDeps;
  pushKey: string;
  /** The installation's. */
  secret: string;
}

/** Every route of the product; each stands once, in the module of its area. */
function routesOf(
  { config, clock, log }: AppDeps,
  { db }: House,
  { webhooks, switchboard, testCalls, readCode, numbers }: Telephone,
  { whatsapp, ...rest }: RouteNeeds,
): Hono {
  const routes = new Hono();
  routes.onError(errorHandler(log));
  routes.use(...requestLog(log, clock), securityHeaders(rest.publicBaseUrl));
  routes.use(refuseLarge(whatsapp));
  for (const own of whatsapp.routes) routes.route("/", own); // before those that bound all webhooks more tightly
  routes.route("/", webhooks);
  routes.route("/", createStaticAudio(config));
  const hasModel = config.openai.apiKey !== null;
  const phoneNumbers = { numbers, knock, senderOf: whatsapp.senderOf };
  const { uploads, api, customerNews } = whatsapp;
  const own = { uploads, customerNews, whatsapp: api };
  const needs = { ...rest, ...own, live: switchboard, testCalls, readCode, phoneNumbers, hasModel };
  const startedMs = clock.nowMs();
  const state = () => ({
    version: manifest.version,
    liveCalls: switchboard.live,
    draining: switchboard.draining,
    panels: rest.hub.size,
    upSeconds: Math.round((clock.nowMs() - startedMs) / 1_000),
    memoryMb: Math.round(process.memoryUsage.rss() / 1_048_576),
  });
  routes.route(
    "/",
    createApi({ ...config, requestsPerMinute: config.http.requestsPerMinute, db, clock, log, state, ...needs }),
  );
  const health = createHealth({
    probes: {
      database: () => withSystem(db, async (tx) => void (await tx.execute(sql`select 1`)), { deadlineMs: 1_000 }),
      whatsapp: () => whatsapp.desk.alive(),
    },
    liveCalls: () => switchboard.live,
    draining: () => switchboard.draining,
    version: manifest.version,
    clock,
  });
  routes.route("/", health);
  // Last: every address that nothing else answers is a page of the panel.
  routes.route("/", createPanel({ log }));
  return routes;
}
