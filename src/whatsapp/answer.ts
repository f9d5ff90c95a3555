import type { Assistant, ChatProfile, TurnReply } from "../assistant/turn.ts";
import { type BackoffPolicy, backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Database } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { noteChat } from "../usage/note-chat.ts";
import { burstEnd, holdChat } from "./answer-due.ts";
import { type Plan, planAnswer } from "./answer-plan.ts";
import {
  claimChat,
  dueChats,
  isAsRead,
  keepLeases,
  lockIsSilent,
  release,
  settleBurst,
  type WaitingChat,
} from "./answer-rows.ts";
import { greetingOf, isHello } from "./greeting.ts";
import { askPerson } from "./person-tasks.ts";
import type { Address } from "./provider.ts";
import { offerMessage, queueMessage } from "./queue-message.ts";
import { say } from "./say.he.ts";
import type { TypingRegister } from "./typing-register.ts";

export interface AnswererDeps {
  db: Database;
  clock: Clock;
  log: Log;
  random: Random;
  /** Null = no model is configured: a person answers. */
  assistant: Assistant | null;
  /** The business from memory; undefined = not active. */
  profileOf(businessId: BusinessId): AnswerProfile | undefined;
  isSpent(businessId: BusinessId): boolean;
  typing: TypingRegister;
  /** The assistant has read these and works at the answer. */
  onReading(businessId: BusinessId, from: Address, providerIds: string[]): void;
}

export type AnswerProfile = ChatProfile & { whatsappGreeting: string | null };

interface ChatAt {
  businessId: BusinessId;
  conversationId: string;
}

/** A chat that this process waits for or works at. */
interface Watched {
  timer: Timer | null;
  /** Of the answer in the making. */
  making: { abort: AbortController; until: Temporal.Instant } | null;
}

const retry: BackoffPolicy = { delaysMs: [2_000, 5_000, 15_000, 45_000, 120_000], jitter: 0.2 };

/**
 * Answers what customers write, once per burst. What is due stands in the database; timers only make it quick, the sweep
 * makes it sure. One answer per chat is in the making at a time, in whatever process.
 */
export class Answerer {
  readonly #deps: AnswererDeps;
  readonly #watched = new Map<string, Watched>();
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: ChatAt[] = [];
  #stopped = false;

  constructor(deps: AnswererDeps) {
    this.#deps = deps;
  }

  /** Something new or changed in a chat: whatever answer is in the making is overtaken (W12). */
  arrived({ businessId, conversationId, dueAt }: ChatAt & { dueAt: Temporal.Instant | null }): void {
    const { clock } = this.#deps;
    const making = this.#watched.get(conversationId)?.making;
    // Somebody who never stops writing would never be answered.
    if (making && (dueAt === null || Temporal.Instant.compare(making.until, clock.instant()) > 0)) making.abort.abort();
    if (dueAt !== null) this.#schedule({ businessId, conversationId }, dueAt);
  }

  /** A person took the chat over. */
  takenOver(conversationId: string): void {
    this.#watched.get(conversationId)?.making?.abort.abort();
  }

  /** Keeps what is in the making, and takes up what is due and nobody works at: after a start, and for processes that died. */
  async sweep(): Promise<void> {
    const making = [...this.#watched].filter((entry) => entry[1].making !== null).map(([id]) => id);
    if (making.length > 0) await keepLeases(this.#deps.db, making, this.#deps.clock.instant());
    for (const { dueAt, ...chat } of await dueChats(this.#deps.db, this.#deps.clock.instant()))
      this.#schedule(chat, dueAt);
  }

  /** Begins no more; waits for answers in the making, which are given up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer, making } of this.#watched.values()) {
      timer?.cancel();
      making?.abort.abort();
    }
    await Promise.allSettled(this.#running);
  }

  #schedule(chat: ChatAt, dueAt: Temporal.Instant): void {
    if (this.#stopped) return;
    const { clock } = this.#deps;
    const watched = this.#watched.get(chat.conversationId) ?? { timer: null, making: null };
    this.#watched.set(chat.conversationId, watched);
    watched.timer?.cancel();
    const inMs = dueAt.since(clock.instant()).total("milliseconds");
    watched.timer = clock.after(Math.max(0, Math.ceil(inMs)), () => {
      watched.timer = null;
      this.#begin(chat);
    });
  }

  /** At most so many at once: each of them is a model call. */
  #begin(chat: ChatAt): void {
    if (this.#stopped) return;
    if (this.#running.size >= limits.waAnswersAtOnce) {
      this.#waiting.push(chat);
      return;
    }
    const work = this.#work(chat).catch((error: unknown) => {
      // Its lease runs out, and the sweep finds it again.
      this.#deps.log.error("WA-ERROR", "an answer failed", { ...fieldsOf(chat), error: describeError(error) });
    });
    this.#running.add(work);
    void work.finally(() => {
      this.#running.delete(work);
      const watched = this.#watched.get(chat.conversationId);
      if (watched?.timer === null && watched.making === null) this.#watched.delete(chat.conversationId);
      const next = this.#waiting.shift();
      if (next !== undefined) this.#begin(next);
    });
  }

  async #work(at: ChatAt): Promise<void> {
    const { clock, typing, assistant } = this.#deps;
    const now = clock.instant();
    const chat = await this.#run(at, (ctx) => claimChat(ctx, at.conversationId, now));
    if (chat === null) return;
    const isTyping = chat.address !== null && typing.isTyping(at.businessId, chat.address);
    const profile = this.#deps.profileOf(at.businessId);
    const hasAssistant = assistant !== null && profile !== undefined;
    const plan = planAnswer({ chat, now, hasAssistant, isSpent: this.#deps.isSpent(at.businessId), isTyping });
    switch (plan.kind) {
      case "wait":
        await this.#run(at, (ctx) => release(ctx, chat.conversationId, { dueAt: plan.until }));
        return this.#schedule(at, plan.until);
      case "put_aside":
        return this.#putAside(at, chat, plan);
      case "answer":
        return this.#answer(at, chat, profile!);
    }
  }

  async #putAside(at: ChatAt, chat: WaitingChat, { handled, task, says }: Extract<Plan, { kind: "put_aside" }>) {
    const now = this.#deps.clock.instant();
    const day = now.toString().slice(0, 10);
    const isDone = await this.#run(at, async (ctx) => {
      await holdChat(ctx, chat);
      if (!(await isAsRead(ctx, chat))) return false;
      if (task !== null) await askPerson(ctx, chat, task, day);
      if (says !== null)
        await queueMessage(ctx, {
          conversationId: chat.conversationId,
          purpose: "reply",
          content: { kind: "text", text: says },
          at: now,
          dedupe: `${handled}:${chat.conversationId}:${day}`,
        });
      await settleBurst(ctx, chat, handled);
      return true;
    });
    if (!isDone) return this.#startOver(at, chat);
    this.#deps.log.info("WA", "not answered", { ...fieldsOf(at), why: handled, messages: chat.burst.length });
  }

  async #answer(at: ChatAt, chat: WaitingChat, profile: AnswerProfile): Promise<void> {
    const abort = new AbortController();
    const watched = this.#watched.get(at.conversationId) ?? { timer: null, making: null };
    this.#watched.set(at.conversationId, watched);
    watched.making = { abort, until: burstEnd(chat.burst[0]!.createdAt) };
    if (chat.settings.marksRead && chat.address !== null)
      this.#deps.onReading(
        at.businessId,
        chat.address,
        chat.burst.flatMap(({ providerId }) => providerId ?? []),
      );
    try {
      const reply = await this.#compose(chat, profile, abort.signal);
      await this.#commit(at, chat, reply);
    } catch (error) {
      await this.#failed(at, chat, abort.signal.aborted, error);
    } finally {
      watched.making = null;
    }
  }

  /** The first answer in a chat begins with the business's greeting; a mere "hello" needs no more than that. */
  async #compose(
    chat: WaitingChat,
    profile: AnswerProfile,
    signal: AbortSignal,
  ): Promise<Pick<TurnReply, "text" | "usage" | "by">> {
    const text = chat.burst.map((message) => message.text).join("\n");
    const greeting = chat.isFirst ? greetingOf(profile, chat.customerName) : "";
    if (greeting !== "" && isHello(text)) return { text: greeting, by: "rule", usage: [] };
    const { customerId, conversationId } = chat;
    const reply = await this.#deps.assistant!.turn({
      profile,
      customerId,
      conversationId,
      channel: "whatsapp",
      text,
      quoted: chat.burst.flatMap(({ quoted, text }) => (quoted === null ? [] : [{ ...quoted, answer: text }])),
      signal,
    });
    return greeting === "" ? reply : { ...reply, text: `${greeting}\n${reply.text}` };
  }

  async #commit(at: ChatAt, chat: WaitingChat, reply: Pick<TurnReply, "text" | "usage" | "by">): Promise<void> {
    const now = this.#deps.clock.instant();
    const last = chat.burst.at(-1)!;
    const committed = await this.#run(at, async (ctx) => {
      await noteChat(ctx, `answer:${last.id}`, reply.usage);
      if (await lockIsSilent(ctx, chat.conversationId, now))
        return { again: await settleBurst(ctx, chat, "taken_over"), answered: false };
      if (!(await isAsRead(ctx, chat))) return null;
      const offered = await offerMessage(ctx, {
        conversationId: chat.conversationId,
        purpose: "reply",
        content: { kind: "text", text: reply.text },
        at: now,
        dedupe: `answer:${last.id}`,
        ...(last.identityId === null ? {} : { identityId: last.identityId }),
      });
      // Opted out meanwhile: whoever starts over finds that, and asks a person.
      if (offered.kind === "barred" && offered.code === "opted_out") return null;
      return { again: await settleBurst(ctx, chat, "answered"), answered: true };
    });
    if (committed === null) return this.#startOver(at, chat);
    const { again, answered } = committed;
    const outcome = answered ? `answered by ${reply.by}` : "a person took over";
    this.#deps.log.info("WA", outcome, { ...fieldsOf(at), messages: chat.burst.length });
    if (again !== null) this.#schedule(at, again);
  }

  /** Overtaken: what is newer is due already. */
  async #startOver(at: ChatAt, chat: WaitingChat): Promise<void> {
    await this.#run(at, (ctx) => release(ctx, chat.conversationId, {}));
    if (this.#watched.get(at.conversationId)?.timer === null) this.#schedule(at, this.#deps.clock.instant());
  }

  /** Where it was not overtaken, it is tried again, and in the end a person is asked. */
  async #failed(at: ChatAt, chat: WaitingChat, isOvertaken: boolean, error: unknown): Promise<void> {
    const { clock, log, random } = this.#deps;
    if (isOvertaken) return this.#startOver(at, chat);
    const tries = chat.tries + 1;
    log.warn("WA-ERROR", "no answer", { ...fieldsOf(at), tries, error: describeError(error) });
    if (tries >= limits.waAnswerTries) return this.#apologise(at, chat);
    const dueAt = clock.instant().add({ milliseconds: backoffMs(retry, tries, random) });
    await this.#run(at, (ctx) => release(ctx, chat.conversationId, { dueAt, tries }));
    this.#schedule(at, dueAt);
  }

  async #apologise(at: ChatAt, chat: WaitingChat): Promise<void> {
    const now = this.#deps.clock.instant();
    await this.#run(at, (ctx) => askPerson(ctx, chat, "unanswered", now.toString().slice(0, 10)));
    await this.#commit(at, chat, { text: say.apology, by: "apology", usage: [] });
  }

  #run<T>({ businessId }: ChatAt, work: (ctx: Ctx) => Promise<T>): Promise<T> {
    const deadlineMs = limits.jobQueryMs;
    return withTenant(this.#deps.db, businessId, (tx) => work({ businessId, actor: { kind: "assistant" }, tx }), {
      deadlineMs,
    });
  }
}

const fieldsOf = ({ businessId, conversationId }: ChatAt) => ({ biz: businessId, conversation: conversationId });
