import { Hono } from "hono";
import { createAdminApi } from "../admin/api.ts";
import type { ProcessState } from "../admin/health.ts";
import type { ApiEnv } from "../api/env.ts";
import { createExportCount } from "../api/exports.ts";
import { createReferenceApi } from "../api/openapi.ts";
import { createAuthApi } from "../auth/api.ts";
import { createTeamApi } from "../auth/api-team.ts";
import { createCookies } from "../auth/cookies.ts";
import type { Sessions } from "../auth/session-cache.ts";
import { createSessionCheck } from "../auth/session-check.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { RequestRate } from "../base/request-rate.ts";
import { createCalendarApi } from "../calendar/api.ts";
import type { RestCalendars } from "../calendar/availability.ts";
import type { CustomerNews } from "../calendar/customer-news.ts";
import { replanLater } from "../calendar/replan.ts";
import { createCallsApi } from "../calls/api.ts";
import type { LiveCalls } from "../calls/live-calls.ts";
import type { SoundStore } from "../calls/sound-store.ts";
import { createCrmApi } from "../crm/api.ts";
import { releaseWork } from "../crm/release-work.ts";
import type { Database } from "../db/client.ts";
import { limitBodies } from "../http/body-size.ts";
import { guard } from "../http/guard.ts";
import { refuseOldPage } from "../http/page-owner.ts";
import { createIntegrationsApi } from "../integrations/api.ts";
import { createKeyVerifier } from "../integrations/keys.ts";
import { tracePlot } from "../live-call/vad/trace-plot.ts";
import { createNotificationsApi } from "../notify/api.ts";
import { createEventsApi } from "../notify/api-events.ts";
import { createOwnerApi } from "../notify/api-owner.ts";
import { createPushApi } from "../notify/api-push.ts";
import type { LiveHub } from "../notify/live.ts";
import type { Push } from "../notify/push.ts";
import type { TellOwnerDeps } from "../notify/tell-owner.ts";
import { createPrivacyApi } from "../privacy/api.ts";
import { createRehearsalApi } from "../rehearsal/api.ts";
import { createTenantsApi } from "../tenants/api.ts";
import type { TransferDeps } from "../tenants/api-transfer.ts";
import { createTestCallApi } from "../test-call/api.ts";
import type { TestCallDesk } from "../test-call/desk.ts";
import { createNumbersApi, type NumbersApiDeps } from "../twilio/api-numbers.ts";
import { createUsageApi } from "../usage/api.ts";
import { createWhatsAppApi, type WhatsAppApiDeps } from "../whatsapp/api.ts";

export interface ApiDeps {
  db: Database;
  clock: Clock;
  log: Log;
  /** The installation's secret. */
  secret: string;
  publicBaseUrl: () => string;
  storageDir: string;
  sounds: SoundStore;
  restCalendars: RestCalendars;
  live: LiveCalls;
  testCalls: TestCallDesk;
  hub: LiveHub;
  push: Push;
  owners: TellOwnerDeps;
  /** Of the installation, towards push services. */
  pushKey: string;
  sessions: Sessions;
  usdIlsRate: number;
  state(): ProcessState;
  whatsapp: WhatsAppApiDeps;
  /** Whole paths of the routes that take files. */
  uploads: readonly string[];
  customerNews: CustomerNews;
  /** True when a model is configured. */
  hasModel: boolean;
  requestsPerMinute: number;
  /** Places the call that proves a transfer number (K16). */
  readCode: TransferDeps["readCode"];
  /** Numbers at the telephone's provider, whether our address answers, and whose WhatsApp sender is which. */
  phoneNumbers: Pick<NumbersApiDeps, "numbers" | "knock" | "senderOf">;
}

/** Everything under `/api/` that people and programs use, behind one guard. Each area stands in its own module. */
export function createApi(deps: ApiDeps) {
  const { db, clock, log, secret, publicBaseUrl, sessions } = deps;
  const cookies = createCookies(secret, () => publicBaseUrl().startsWith("https:"));
  const rate = new RequestRate(clock, deps.requestsPerMinute);
  const countExport = createExportCount(clock);
  const api = new Hono<ApiEnv>();
  api.use("/api/*", guard({ sessions, cookies, verifyApiKey: createKeyVerifier({ db, clock }), publicBaseUrl, rate }));
  api.use("/api/*", refuseOldPage);
  api.use("/api/*", limitBodies(deps));
  return api
    .route("/", createAuthApi({ db, cookies, sessions, clock, log, latestFact: () => deps.hub.latest }))
    .route("/", createCalendarApi(deps))
    .route("/", createCallsApi({ ...deps, tracePlot }))
    .route("/", createCrmApi({ db, clock, countExport }))
    .route("/", createEventsApi({ hub: deps.hub, hasSession: createSessionCheck(db) }))
    .route("/", createNotificationsApi({ db, clock }))
    .route("/", createOwnerApi(deps.owners))
    .route("/", createPrivacyApi({ ...deps, countExport }))
    .route("/", createPushApi(deps))
    .route(
      "/",
      createReferenceApi(() => api, deps.state().version),
    )
    .route("/", createRehearsalApi({ db }))
    .route("/", createTenantsApi({ ...deps, followRules: replanLater }))
    .route("/", createNumbersApi({ ...deps, ...deps.phoneNumbers }))
    .route("/", createTestCallApi(deps))
    .route("/", createTeamApi({ ...deps, releaseWork }))
    .route("/", createUsageApi(deps))
    .route("/", createIntegrationsApi(deps))
    .route("/", createAdminApi(deps))
    .route("/", createWhatsAppApi(deps.whatsapp));
}

export type Api = ReturnType<typeof createApi>;
