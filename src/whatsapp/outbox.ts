import { type BackoffPolicy, backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { maskPhone } from "../base/phone.ts";
import type { Random } from "../base/random.ts";
import type { Database } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import {
  beginTry,
  type FilesOf,
  type NextMessage,
  nextMessage,
  noteAccepted,
  noteEnd,
  noteLater,
  notePaced,
  sentSince,
} from "./outbox-rows.ts";
import { isProactive, Pacer, type PaceWait, typingMs } from "./pacing.ts";
import type { SendResult, WhatsAppChannel, WhatsAppProvider } from "./provider.ts";
import { tellFailure, tellUnknown } from "./receipts.ts";
import { noteRestriction } from "./restriction.ts";
import { whatsappSettingsOf } from "./settings.ts";

export interface SenderDeps {
  db: Database;
  clock: Clock;
  log: Log;
  random: Random;
  files: FilesOf;
  businessId: BusinessId;
  provider: Pick<WhatsAppProvider, "kind" | "can" | "networkId">;
  channel: WhatsAppChannel;
  /** Since when this number is linked to us; null = unknown, taken for young. */
  linkedAt(): Temporal.Instant | null;
}

export interface SenderFacts {
  /** Ms since the send under way began; null = none is. */
  inFlightMs: number | null;
  lastAckAt: Temporal.Instant | null;
  lastError: string | null;
}

const retry: BackoffPolicy = { delaysMs: [5_000, 15_000, 30_000], jitter: 0.1 };
// Writing down what happened must succeed: the message is out.
const persist: BackoffPolicy = { delaysMs: [50, 250, 1_000, 2_000], jitter: 0.25 };

/**
 * Sends what a business has queued: one message at a time, in order within each chat, paced like a person. Exists in the
 * one process that holds the business's session. Everything it knows is in the database; it may be killed at any moment.
 */
export class Sender {
  readonly #deps: SenderDeps;
  readonly #log: Log;
  #pacer: Pacer | null = null;
  #pumping: Promise<void> | null = null;
  #again = false;
  #timer: Timer | null = null;
  #stopped = false;
  #failures = 0;
  #inFlightSinceMs: number | null = null;
  #lastAckAt: Temporal.Instant | null = null;
  #lastError: string | null = null;
  readonly #stop = Promise.withResolvers<void>();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
    this.#log = deps.log.child({ biz: deps.businessId });
  }

  facts(): SenderFacts {
    const sinceMs = this.#inFlightSinceMs;
    return {
      inFlightMs: sinceMs === null ? null : Math.round(this.#deps.clock.nowMs() - sinceMs),
      lastAckAt: this.#lastAckAt,
      lastError: this.#lastError,
    };
  }

  /** Something was queued, or the channel can send again. */
  wake(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#again = true;
    if (this.#pumping !== null || this.#stopped) return;
    this.#pumping = this.#pump().finally(() => {
      this.#pumping = null;
      if (this.#again && !this.#stopped) this.wake();
    });
  }

  /** Takes no more; resolves when the send under way is over and written down. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stop.resolve();
    this.#timer?.cancel();
    await this.#pumping;
  }

  async #pump(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        while (!this.#stopped && (await this.#step()));
        this.#failures = 0;
      } catch (error) {
        this.#failures++;
        if (this.#failures === 1) this.#log.warn("WA-ERROR", "the outbox waits", { error: describeError(error) });
        this.#wakeIn(backoffMs(retry, this.#failures, this.#deps.random));
      }
    }
  }

  /** Sends the next message. False when there is nothing to do now. */
  async #step(): Promise<boolean> {
    if (!this.#deps.channel.status().canSend) return false; // wakes with the channel
    const next = await this.#run((ctx) => nextMessage(ctx, this.#deps.clock.instant(), this.#deps.files));
    if (next === null) return false;
    if (next.notAfter !== null && Temporal.Instant.compare(next.notAfter, this.#deps.clock.instant()) <= 0) {
      await (next.interrupted
        ? this.#ended(next, "unknown", "interrupted")
        : this.#ended(next, "cancelled", "too_late"));
      return true;
    }
    if (next.nextAt !== null) {
      const leftMs = next.nextAt.since(this.#deps.clock.instant()).total("milliseconds");
      if (leftMs > 0) return this.#wakeIn(leftMs);
    }
    if (next.interrupted && this.#networkId(next) === null) {
      await this.#ended(next, "unknown", "interrupted");
      return true;
    }
    if (this.#windowIsClosed(next)) {
      await this.#ended(next, "failed", "window_closed");
      return true;
    }
    const { ofAllMs, ofBegunMs } = await this.#paceOf(next);
    if (ofAllMs > 0) return this.#wakeIn(ofAllMs);
    if (ofBegunMs > 0) return this.#postpone(next, ofBegunMs);
    await this.#type(next);
    if (!this.#stopped) await this.#send(next);
    return true;
  }

  #wakeIn(ms: number): false {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(Math.max(1, ms), () => this.wake());
    return false;
  }

  /** Free text after the provider's window would be refused, and paid for. */
  #windowIsClosed({ message, lastInboundAt }: NextMessage): boolean {
    const { freeTextWindowMs } = this.#deps.provider.can;
    if (freeTextWindowMs === null || message.content.kind === "template") return false;
    if (lastInboundAt === null) return true;
    return this.#deps.clock.instant().since(lastInboundAt).total("milliseconds") >= freeTextWindowMs;
  }

  async #paceOf(next: NextMessage): Promise<PaceWait> {
    const { provider, clock, linkedAt } = this.#deps;
    if (!provider.can.pacedLikeAPerson) return { ofAllMs: 0, ofBegunMs: 0 };
    const now = clock.instant();
    const { settings, sent } = await this.#run(async (ctx) => ({
      settings: await whatsappSettingsOf(ctx),
      sent: this.#pacer === null ? await sentSince(ctx, now.subtract({ hours: 1 })) : [],
    }));
    this.#pacer ??= new Pacer(
      sent.map(({ at, ...one }) => ({
        atMs: clock.nowMs() - now.since(at).total("milliseconds"),
        begun: isProactive(one, at),
      })),
    );
    const linked = linkedAt();
    const isYoung = linked === null || now.since(linked).total("milliseconds") < limits.waYoungNumberMs;
    return this.#pacer.wait(clock.nowMs(), isProactive(next, now), settings, isYoung);
  }

  /** What nobody waits for lets everything else pass. */
  async #postpone({ message }: NextMessage, waitMs: number): Promise<true> {
    const nextAt = this.#deps.clock.instant().add({ milliseconds: Math.ceil(waitMs) });
    await this.#run((ctx) => notePaced(ctx, message.id, nextAt));
    return true;
  }

  async #type({ purpose, message }: NextMessage): Promise<void> {
    const { provider, channel, clock, random } = this.#deps;
    const ms = provider.can.pacedLikeAPerson ? typingMs(purpose, random) : 0;
    if (ms === 0) return;
    channel.typing(message.to, true);
    const done = Promise.withResolvers<void>();
    const timer = clock.after(ms, done.resolve);
    await Promise.race([done.promise, this.#stop.promise]);
    timer.cancel();
    channel.typing(message.to, false);
  }

  async #send(next: NextMessage): Promise<void> {
    const { message } = next;
    const { clock } = this.#deps;
    if (!(await this.#run((ctx) => beginTry(ctx, message.id, this.#networkId(next))))) return; // taken back meanwhile
    this.#inFlightSinceMs = clock.nowMs();
    const result = await this.#bounded(this.#deps.channel.send(message));
    this.#inFlightSinceMs = null;
    if (result.kind !== "refused") this.#pacer?.sent(clock.nowMs(), isProactive(next, clock.instant()));
    const fields = { to: maskPhone(message.to.value), message: message.id, attempt: next.attempts + 1 };
    const code = result.kind === "accepted" ? undefined : result.code;
    this.#log.info("WA-OUTGOING", result.kind, { ...fields, kind: message.content.kind, code });
    if (message.content.kind === "text")
      this.#log.debug("WA-OUTGOING", "text", { ...fields, text: message.content.text });
    await this.#settle(next, result);
  }

  async #settle(next: NextMessage, result: SendResult): Promise<void> {
    const { clock, provider, random } = this.#deps;
    const { id } = next.message;
    const attempt = next.attempts + 1;
    const at = clock.instant();
    if (result.kind === "accepted") {
      this.#lastAckAt = at;
      const { providerId } = result;
      return this.#surely((ctx) => noteAccepted(ctx, id, { providerId, at, provider: provider.kind }));
    }
    this.#lastError = result.code;
    if (result.kind === "unknown") {
      if (!result.repeatable || attempt >= limits.waUnknownTries) return this.#ended(next, "unknown", result.code);
      return this.#later(next, result.code, { delayMs: backoffMs(again, attempt, random), counts: true });
    }
    if (result.code === "not_connected") return this.#later(next, result.code, { delayMs: 500, counts: false });
    if (result.code === "reach_out_lock") await this.#surely((ctx) => noteRestriction(ctx, at));
    if (result.final || attempt >= limits.waTries) return this.#ended(next, "failed", result.code);
    const delayMs = Math.max(backoffMs(retry, attempt, random), result.retryAfterMs ?? 0);
    return this.#later(next, result.code, { delayMs, counts: true });
  }

  #later({ message }: NextMessage, reason: string, { delayMs, counts }: { delayMs: number; counts: boolean }) {
    const nextAt = this.#deps.clock.instant().add({ milliseconds: delayMs });
    return this.#surely((ctx) => noteLater(ctx, message.id, { reason, nextAt, counts }));
  }

  async #ended(
    { message, purpose }: NextMessage,
    state: "failed" | "unknown" | "cancelled",
    reason: string,
  ): Promise<void> {
    const at = this.#deps.clock.instant();
    this.#log.warn("WA-ERROR", `message ${state}`, { message: message.id, code: reason });
    await this.#surely(async (ctx) => {
      if (!(await noteEnd(ctx, message.id, { state, reason, at }))) return;
      if (state === "cancelled" && purpose === "notice") return; // a line for the owner stands behind the bell anyway
      await (state === "unknown" ? tellUnknown(ctx, message.id) : tellFailure(ctx, message.id, reason));
    });
  }

  /** A provider that neither answers nor gives up is given up on. */
  #bounded(sending: Promise<SendResult>): Promise<SendResult> {
    const { clock, provider } = this.#deps;
    const late = Promise.withResolvers<SendResult>();
    const unknown = (code: string): SendResult => ({ kind: "unknown", repeatable: provider.kind === "baileys", code });
    const timer = clock.after(limits.waSendMs + limits.waSendGraceMs, () => late.resolve(unknown("timeout")));
    const sent = sending.catch((error: unknown) => {
      this.#log.error("WA-ERROR", "the provider threw", { error: describeError(error) });
      return unknown("provider_error");
    });
    return Promise.race([sent, late.promise]).finally(() => timer.cancel());
  }

  /** Until it is written down, or the process ends: then the row still says `sending`. */
  async #surely(write: (ctx: Ctx) => Promise<void>): Promise<void> {
    const { clock, random } = this.#deps;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#run(write);
      } catch (error) {
        if (this.#stopped && attempt > 5) throw error;
        if (attempt === 1) this.#log.warn("WA-ERROR", "a result waits to be written", { error: describeError(error) });
        await new Promise<void>((done) => clock.after(backoffMs(persist, attempt, random), done));
      }
    }
  }

  #networkId({ message }: NextMessage): string | null {
    return this.#deps.provider.networkId(message.id);
  }

  #run<T>(work: (ctx: Ctx) => Promise<T>): Promise<T> {
    const { db, businessId } = this.#deps;
    const deadlineMs = limits.jobQueryMs;
    return withTenant(db, businessId, (tx) => work({ businessId, actor: { kind: "system" }, tx }), { deadlineMs });
  }
}

// The same id again is shown once, so it may come soon; the order of the chat waits for it.
const again: BackoffPolicy = { delaysMs: [250, 1_000, 3_000, 10_000], jitter: 0.25 };
