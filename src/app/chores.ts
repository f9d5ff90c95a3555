import { sweepAccounts } from "../auth/sweep.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { RestCalendars } from "../calendar/availability.ts";
import { calendarJobHandlers } from "../calendar/reminder-job.ts";
import { sweepCalendar } from "../calendar/sweep.ts";
import { callJobHandlers } from "../calls/handlers.ts";
import { sweepRecordings } from "../calls/recordings.ts";
import type { SoundStore } from "../calls/sound-store.ts";
import type { Config } from "../config.ts";
import { crmJobHandlers } from "../crm/handlers.ts";
import type { Database } from "../db/client.ts";
import { deliveryQueue, failingQueue, sweepDeliveries } from "../integrations/deliveries.ts";
import { postOutside } from "../integrations/post-outside.ts";
import { webhookJobHandlers } from "../integrations/webhook-jobs.ts";
import { createRunner, type JobHandler, type RunnerDeps } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import type { Push } from "../notify/push.ts";
import { pushJobHandlers } from "../notify/push-jobs.ts";
import { ownerJobHandlers, type TellOwnerDeps } from "../notify/tell-owner.ts";
import { privacyJobHandlers } from "../privacy/erasure-job.ts";
import { sweepRetention } from "../privacy/retention.ts";
import { rehearsalJobHandlers } from "../rehearsal/rehearse-job.ts";
import { sweepScratchTenants } from "../rehearsal/scratch-tenant.ts";
import type { Directory } from "../tenants/directory.ts";
import type { TwilioRest } from "../twilio/rest.ts";
import type { Budget } from "./budget.ts";
import type { assembleVoice } from "./voice.ts";
import type { AssembledWhatsApp } from "./whatsapp.ts";

interface ChoresDeps {
  config: Pick<Config, "storageDir">;
  db: Database;
  directory: Directory;
  sounds: SoundStore;
  provider: TwilioRest;
  voice: ReturnType<typeof assembleVoice>;
  restCalendars: RestCalendars;
  whatsapp: Pick<AssembledWhatsApp, "desk" | "jobHandlers" | "remind">;
  push: Push;
  owners: TellOwnerDeps;
  usdIlsRate: number;
  budget: Pick<Budget, "isSpent">;
  /** The installation's. */
  secret: string;
  clock: Clock;
  log: Log;
  random: Random;
}

// Recordings are due to the day and holds count as gone when they expire: an hour late is soon enough to clear up.
const sweepEveryMs = 60 * 60_000;

const sweeps = [sweepRecordings, sweepCalendar, sweepScratchTenants, sweepAccounts, sweepDeliveries, sweepRetention];

/** What does each kind of job, by queue. */
export function jobHandlersOf(deps: Omit<ChoresDeps, "random">): Record<string, JobHandler> {
  const { db, directory, sounds, provider, voice, restCalendars, whatsapp, usdIlsRate, secret, clock, log } = deps;
  const { transcriber, summariser: chat, chatModel: model } = voice;
  const languageOf = (id: Parameters<Directory["get"]>[0]) => directory.get(id) ?? { languages: ["he"], keywords: [] };
  return {
    ...callJobHandlers({ db, sounds, provider, transcriber, chat, languageOf, usdIlsRate, log }),
    ...crmJobHandlers({ db }),
    ...privacyJobHandlers({ db, ...deps.config, provider, forgetContacts: whatsapp.desk.forget }),
    ...webhookJobHandlers({ db, clock, log, secret, post: postOutside }),
    ...pushJobHandlers({ db, clock, log, push: deps.push }),
    ...ownerJobHandlers(deps.owners),
    ...calendarJobHandlers({ db, clock, log, restCalendars, deliver: whatsapp.remind }),
    ...whatsapp.jobHandlers,
    ...rehearsalJobHandlers({
      db,
      clock,
      log,
      restCalendars,
      model,
      profileOf: (id) => directory.get(id),
      isSpent: deps.budget.isSpent,
    }),
  };
}

/**
 * The runners of a process. What waits for strangers' servers has a runner of its own, with a share for each business: an
 * address that never answers holds up neither other jobs nor another business's webhooks. Many that hang at once do so once:
 * from then on they have a runner among themselves.
 */
export function createRunners({ handlers, ...deps }: RunnerDeps) {
  const { [deliveryQueue]: deliver, [failingQueue]: deliverToFailing, ...others } = handlers;
  const share = { atOnce: limits.deliveriesAtOnce, perBusiness: limits.deliveriesPerBusiness };
  return [
    createRunner({ ...deps, handlers: others }),
    createRunner({ ...deps, handlers: deliver ? { [deliveryQueue]: deliver } : {}, ...share }),
    createRunner({ ...deps, handlers: deliverToFailing ? { [failingQueue]: deliverToFailing } : {}, ...share }),
  ];
}

/** The work that nobody waits for: durable jobs, and what is swept up every hour. */
export function assembleChores(deps: ChoresDeps) {
  const { db, clock, log, random } = deps;
  const runners = createRunners({ db, handlers: jobHandlersOf(deps), clock, log, random });
  const sweep = () => {
    const now = clock.instant();
    for (const sweepUp of sweeps)
      sweepUp(db, now).catch((error: unknown) =>
        log.warn("JOB", "could not sweep up", { error: describeError(error) }),
      );
  };
  let sweeper: Timer | null = null;
  return {
    start() {
      for (const runner of runners) runner.start();
      sweep();
      sweeper = clock.every(sweepEveryMs, sweep);
    },
    async stop() {
      sweeper?.cancel();
      await Promise.all(runners.map((runner) => runner.stop()));
    },
  };
}
