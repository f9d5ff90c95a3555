import { join } from "node:path";
import { createAssistant } from "../assistant/turn.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { RestCalendars } from "../calendar/availability.ts";
import { remindStaff } from "../calendar/remind-staff.ts";
import type { ReminderToSend } from "../calendar/reminder-job.ts";
import type { Config } from "../config.ts";
import type { Database, Tx } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { createMail } from "../mail/smtp.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Directory } from "../tenants/directory.ts";
import { createTwilioMessaging } from "../twilio/messages.ts";
import { createSignatureGate } from "../twilio/signature.ts";
import { createWhatsAppWebhooks } from "../twilio/whatsapp-webhooks.ts";
import { createBaileysProvider } from "../whatsapp/baileys/provider.ts";
import { createWhatsApp, type WhatsApp } from "../whatsapp/desk.ts";
import { createMediaLinks } from "../whatsapp/media-link.ts";
import { applyReceipt } from "../whatsapp/receipts.ts";
import { say } from "../whatsapp/say.he.ts";
import { createSenders, type Senders } from "../whatsapp/senders.ts";
import { confirmationJobHandlers, createCustomerNews, remindCustomer } from "../whatsapp/tell-customer.ts";
import { tellOwner } from "../whatsapp/tell-owner.ts";
import { createTwilioProvider } from "../whatsapp/twilio/provider.ts";
import type { Budget } from "./budget.ts";
import type { assembleVoice } from "./voice.ts";

interface WhatsAppDeps {
  config: Config;
  db: Database;
  clock: Clock;
  log: Log;
  random: Random;
  /** The installation's secret. */
  secret: string;
  /** Names this process by its storage, among those that share the database. */
  owner: string;
  publicBaseUrl: () => string;
  directory: Directory;
  voice: ReturnType<typeof assembleVoice>;
  budget: Pick<Budget, "isSpent">;
  restCalendars: RestCalendars;
}

export type AssembledWhatsApp = ReturnType<typeof assembleWhatsApp>;

/** WhatsApp of all businesses, through both providers, with Twilio's webhooks. */
export function assembleWhatsApp(deps: WhatsAppDeps) {
  const { config, db, clock, log, random, publicBaseUrl, directory, voice, restCalendars, owner } = deps;
  const { storageDir, whatsapp: settings } = config;
  const defaults = { defaultProvider: settings.provider, defaultSender: settings.twilioNumber };
  const senders = createSenders({ db, ...defaults });
  const links = createMediaLinks({ ...deps, storageDir });
  const twilio = createTwilioProvider({
    messaging: createTwilioMessaging({ ...config.twilio, fetch, clock, log }),
    senderOf: senders.senderOf,
    statusCallback: (id) => `${publicBaseUrl()}/webhook/whatsapp/status?message=${id}`,
    clock,
  });
  const baileys = createBaileysProvider({
    storageDir,
    socketUrl: settings.webSocketUrl,
    threadsMax: settings.workers,
    clock,
    random,
    log,
  });
  const windowMs = { baileys: baileys.can.freeTextWindowMs, twilio: twilio.can.freeTextWindowMs };
  const telling = { db, clock, defaultProvider: settings.provider, windowMs };
  const { chatModel: model, transcriber } = voice;
  const desk = createWhatsApp({
    owner,
    db,
    clock,
    log,
    random,
    storageDir,
    providers: { baileys, twilio },
    defaultProvider: settings.provider,
    hasSender: settings.twilioNumber !== null,
    assistant: model === null ? null : createAssistant({ db, clock, log, restCalendars, model }),
    transcriber,
    profileOf: (id) => directory.get(id),
    isSpent: deps.budget.isSpent,
    urlOf: links.urlOf,
  });
  const webhooks = assembleWebhooks(deps, desk, senders);
  return {
    desk,
    jobHandlers: { ...desk.jobHandlers, ...confirmationJobHandlers(telling) },
    /** The customer by WhatsApp, else the office: nothing is swallowed. */
    async remind(ctx: Ctx, reminder: ReminderToSend): Promise<void> {
      const outcome = await remindCustomer(telling, ctx, reminder);
      if (outcome !== "told") await remindStaff(ctx, reminder, say.notTold[outcome]);
    },
    /** Owners who asked to be told, by WhatsApp and by mail (O7). */
    owners: {
      ...{ db, clock, log, publicBaseUrl },
      byWhatsapp: (ctx: Ctx, message: Parameters<typeof tellOwner>[2]) => tellOwner(telling, ctx, message),
      byMail: createMail(config.mail),
    },
    customerNews: createCustomerNews(telling),
    api: { db, clock, storageDir, defaultProvider: settings.provider, desk },
    senderOf: senders.senderOf,
    /** Paths whose bodies are files. */
    uploads: ["/api/whatsapp/send-media"],
    routes: [webhooks.routes, links.routes],
    start() {
      desk.start();
      webhooks.start();
    },
    async stop() {
      await webhooks.stop();
      await desk.stop();
    },
  };
}

/** Twilio's callbacks, each for the business whose sender they name. */
function assembleWebhooks(deps: WhatsAppDeps, desk: WhatsApp, senders: Senders) {
  const { config, db, clock, log, publicBaseUrl } = deps;
  return createWhatsAppWebhooks({
    gate: createSignatureGate({ ...config.twilio, publicBaseUrl }),
    spoolFolder: join(config.storageDir, "whatsapp", "webhooks"),
    async receive(to, message) {
      const businessId = await senders.businessOf(to);
      if (businessId === null) return log.warn("WA-ERROR", "the sender is no business's", { to });
      await desk.inbox.receive(businessId, message, "twilio");
    },
    async report(from, receipt) {
      const businessId = await senders.businessOf(from);
      if (businessId === null) return;
      const run = (tx: Tx) => applyReceipt({ businessId, actor: { kind: "system" }, tx }, receipt);
      await withTenant(db, businessId, run, { deadlineMs: limits.jobQueryMs });
    },
    clock,
    log,
  });
}
