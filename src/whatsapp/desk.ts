import type { Assistant } from "../assistant/turn.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { oneAtATime } from "../base/one-at-a-time.ts";
import type { Random } from "../base/random.ts";
import type { Transcriber } from "../calls/after-call.ts";
import type { Database } from "../db/client.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import { Answerer, type AnswerProfile } from "./answer.ts";
import { dropExpired } from "./expire.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { mediaJobHandlers } from "./media.ts";
import type { SenderFacts } from "./outbox.ts";
import type { Address, ProviderKind, WhatsAppProvider } from "./provider.ts";
import { removedMediaHandlers } from "./remove-message.ts";
import { refuseElsewhere } from "./session-rows.ts";
import { Sessions } from "./sessions.ts";
import { TypingRegister } from "./typing-register.ts";

export interface WhatsAppDeps {
  db: Database;
  clock: Clock;
  log: Log;
  random: Random;
  storageDir: string;
  /**
   * Names whoever may hold sessions here, the same for every process of one storage folder (they follow each other, never
   * run at once): after a kill the next one goes on at once instead of waiting for the lease of the dead one.
   */
  owner: string;
  providers: Readonly<Record<ProviderKind, WhatsAppProvider>>;
  defaultProvider: ProviderKind;
  /** Whether the installation has a sender at Twilio. */
  hasSender: boolean;
  /** Null = no model: people answer. */
  assistant: Assistant | null;
  /** Null = no model: voice notes stay without words. */
  transcriber: Transcriber | null;
  profileOf(
    businessId: BusinessId,
  ): (AnswerProfile & { languages: readonly string[]; keywords: readonly string[] }) | undefined;
  /** The business has used up its day's money (C6): people answer until its midnight. */
  isSpent(businessId: BusinessId): boolean;
  /** Under which address a file of ours can be fetched by the provider; null = under none. */
  urlOf(mediaId: string): string | null;
}

/** WhatsApp of all businesses in this process. */
export interface WhatsApp {
  readonly inbox: Inbox;
  readonly jobHandlers: Record<string, JobHandler>;
  start(): void;
  /** Answers in the making are given up, sends under way are finished, sessions are let go. */
  stop(): Promise<void>;
  /** Resolves when the threads and accounts behind the sessions answer. */
  alive(): Promise<void>;
  /**
   * Clears what this process's links keep of people who were erased. @throws AppError "unavailable" when it has to be tried
   * again, e.g. by the process that holds the link.
   */
  forget(businessId: BusinessId, people: readonly Address[]): Promise<void>;
  /** A person took the chat over: what the assistant is about to say is dropped. */
  takenOver(conversationId: string): void;
  /** What the sender of a business is doing; null = its session is not here. */
  sending(businessId: BusinessId): SenderFacts | null;
  /** Session commands and wishes may be waiting. */
  wake(): void;
}

export function createWhatsApp(deps: WhatsAppDeps): WhatsApp {
  const { db, clock, log, random, storageDir, urlOf } = deps;
  const typing = new TypingRegister(clock);
  const answerer: Answerer = new Answerer({
    ...deps,
    typing,
    onReading: (businessId, from, ids) => sessions.held(businessId)?.channel.markRead(from, ids),
  });
  const inbox = createInbox({ db, clock, log, random, onStored: (chat) => answerer.arrived(chat) });
  const sessions: Sessions = new Sessions({ ...deps, inbox, typing, files: { storageDir, urlOf } });
  const unknownLanguage = { languages: ["he"], keywords: [] };
  let sweeper: Timer | null = null;
  // One that a slow database holds up is not joined by others.
  const sweep = oneAtATime(async () => {
    const failed = (what: string) => (error: unknown) =>
      log.warn("WA-ERROR", `${what} cannot be read`, { error: describeError(error) });
    await answerer.sweep().catch(failed("due answers"));
    await dropExpired(db, clock.instant()).catch(failed("expired messages"));
  });
  return {
    inbox,
    jobHandlers: {
      ...removedMediaHandlers(storageDir),
      ...mediaJobHandlers({
        ...deps,
        languageOf: (id) => deps.profileOf(id) ?? unknownLanguage,
        onWritten: (chat) => answerer.arrived(chat),
        async download(businessId, media, to) {
          const session = sessions.held(businessId);
          if (session === undefined) throw new AppError("unavailable", "the business's session is not here");
          return session.channel.download(media, to);
        },
      }),
    },
    start() {
      sessions.start();
      void sweep();
      sweeper = clock.every(limits.waPollMs, () => void sweep());
    },
    async stop() {
      sweeper?.cancel();
      await answerer.stop();
      await sessions.stop();
    },
    alive: () => sessions.alive(),
    async forget(businessId, people) {
      if (people.length === 0) return;
      await refuseElsewhere(deps, businessId);
      for (const provider of Object.values(deps.providers)) await provider.forget(businessId, people);
    },
    takenOver: (conversationId) => answerer.takenOver(conversationId),
    sending: (businessId) => sessions.held(businessId)?.sender.facts() ?? null,
    wake: () => sessions.wake(),
  };
}
