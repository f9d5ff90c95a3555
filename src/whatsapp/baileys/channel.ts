import { backoffMs } from "../../base/backoff.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import type { BusinessId } from "../../base/ids.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { limits } from "../../limits.ts";
import type {
  Address,
  ChannelHost,
  ChannelStatus,
  MediaRef,
  OutgoingMessage,
  PairingCode,
  SendResult,
  WhatsAppChannel,
} from "../provider.ts";
import { Asks } from "./asks.ts";
import { archiveLogin } from "./auth-store.ts";
import { HandOver } from "./hand-over.ts";
import { isActive, type LifeAction, type LifeInput, type LifeState, reconnectBackoff, step } from "./lifecycle.ts";
import type { Answer, Closing, FromWorker, Me, ToWorker } from "./protocol.ts";
import { readClosing } from "./reasons.ts";
import type { StartGate } from "./start-gate.ts";
import type { Passenger, Supervisor } from "./supervisor.ts";

export interface ChannelDeps {
  businessId: BusinessId;
  host: ChannelHost;
  /** `storage/whatsapp/business_<id>` */
  dir: string;
  socketUrl: string;
  supervisor: Supervisor;
  gate: StartGate;
  clock: Clock;
  random: Random;
  log: Log;
  /** It is open: others who wait for the network need not wait longer. */
  onOpen(): void;
}

type Line = Exclude<FromWorker, { type: "ready" | "log" }>;

/**
 * One business's channel: carries out the lifecycle's table on a session in a thread, and passes on what it says. It
 * outlives sessions and threads.
 */
export class BaileysChannel implements WhatsAppChannel, Passenger {
  readonly biz: string;
  readonly #deps: ChannelDeps;
  readonly #log: Log;
  readonly #asks = new Asks();
  readonly #handOver: HandOver;
  #state: LifeState = "off";
  #reason: string | null = null;
  #failures = 0;
  #epoch = 0;
  #sending = 0;
  #retryAtMs: number | null = null;
  #qr: ChannelStatus["qr"] = null;
  #pairing: PairingCode | null = null;
  #me: Me | null = null;
  #heardMs: number | null = null;
  #lastSeen: string | null = null;
  #replacedMs: number | null = null;
  #triedMs = 0;
  /** Waits only because nothing was reached: anybody's success says that it is worth a try. */
  #waitsForNetwork = false;
  /** Why we ended a connection that has to come back at once. */
  #ownReason: string | null = null;
  #stalled = false;
  #timers: Timer[] = [];
  #onIdle: (() => void)[] = [];
  #onClosed: (() => void)[] = [];
  #told = "";

  constructor(deps: ChannelDeps) {
    this.#deps = deps;
    this.biz = deps.businessId;
    this.#log = deps.log.child({ biz: deps.businessId });
    this.#handOver = new HandOver(deps.clock, this.#log);
  }

  get busy(): boolean {
    return this.#sending > 0;
  }

  status(): ChannelStatus {
    const { clock } = this.#deps;
    const connected =
      this.#state === "open" && this.#heardMs !== null && clock.nowMs() - this.#heardMs < limits.waFreshMs;
    return {
      state: this.#state === "link_expired" ? "needs_link" : this.#state,
      connected,
      canSend: connected && !this.#stalled,
      recovers: isActive(this.#state) || this.#state === "waiting",
      reason: this.#reason,
      failures: this.#failures,
      lastSeen: this.#lastSeen,
      retryAt: this.#retryAtMs === null ? null : isoOf(this.#retryAtMs),
      qr: this.#qr,
      pairing: this.#pairing,
      me: this.#me,
    };
  }

  connect(): void {
    this.#step("connect");
  }

  async disconnect(): Promise<void> {
    await this.#idle();
    const closed = this.#closedSoon();
    this.#step("disconnect");
    await closed;
    this.#handOver.rest();
    this.#deps.supervisor.leave(this.biz);
  }

  async logout(): Promise<void> {
    await this.#idle();
    const closed = this.#closedSoon();
    this.#me = null;
    this.#step("logout", "unlinked");
    await closed;
    this.#deps.supervisor.leave(this.biz);
    this.#forget();
  }

  async requestPairingCode(phone: string): Promise<PairingCode> {
    if (!/^\+?\d{8,15}$/.test(phone)) throw new AppError("invalid", "this is no phone number");
    if (this.#state !== "needs_link") throw new AppError("unavailable", "the channel does not wait to be linked");
    const answer = await this.#ask((ask) => ({ type: "code", ...this.#name, ask, phone }));
    if (answer.kind !== "code") throw failureOf(answer);
    const expiresMs = this.#wallMs + limits.waPairingCodeMs;
    this.#pairing = { code: answer.code, expiresAt: isoOf(expiresMs) };
    this.#changed();
    return this.#pairing;
  }

  async send(message: OutgoingMessage): Promise<SendResult> {
    if (!this.status().canSend) return { kind: "refused", final: false, code: "not_connected" };
    this.#sending++;
    const late = Promise.withResolvers<SendResult>();
    const timer = this.#deps.clock.after(limits.waSendMs, () => late.resolve(unknown("ack_timeout")));
    const answered = this.#ask((ask) => ({ type: "send", ...this.#name, ask, message })).then((answer) =>
      answer.kind === "sent" ? answer.result : unknown("thread_lost"),
    );
    const result = await Promise.race([answered, late.promise]);
    timer.cancel();
    this.#sending--;
    this.#sent(result);
    return result;
  }

  typing(to: Address, on: boolean): void {
    this.#post({ type: "typing", ...this.#name, to, on });
  }

  markRead(from: Address, providerIds: readonly string[]): void {
    this.#post({ type: "read", ...this.#name, from, providerIds });
  }

  async download(
    { ref }: MediaRef,
    { file, bytesMax }: { file: string; bytesMax: number },
  ): Promise<{ bytes: number }> {
    if (this.#state !== "open") throw new AppError("unavailable", "WhatsApp is not connected");
    const answer = await this.#ask((ask) => ({ type: "download", ...this.#name, ask, ref, file, bytesMax }));
    if (answer.kind !== "downloaded") throw failureOf(answer);
    return { bytes: answer.bytes };
  }

  /** Somebody else's connection has opened: what we wait for may be over. Never sooner than the first wait. */
  networkIsBack(): void {
    const sinceMs = this.#deps.clock.nowMs() - this.#triedMs;
    if (this.#state === "waiting" && this.#waitsForNetwork && sinceMs >= (reconnectBackoff.delaysMs[0] ?? 0))
      this.#step("timer");
  }

  /** The thread is gone, and the session with it. */
  onLost(recycled: boolean): void {
    this.#asks.lost("the thread of this session is lost");
    this.#sessionOver();
    if (!isActive(this.#state)) return;
    if (recycled) this.#step("closed_restart", "thread_replaced");
    else this.#step("worker_lost", "thread_lost");
  }

  onLine(line: FromWorker): void {
    if (line.type === "ready" || line.type === "log") return;
    if (line.type === "pong") return this.#onPong(line);
    if ("epoch" in line && line.epoch !== this.#epoch) return;
    this.#handle(line);
  }

  #handle(line: Line): void {
    const { host } = this.#deps;
    switch (line.type) {
      case "incoming":
        return this.#handOver.give(line.key, () => host.received(line.message), this.#durable(line.key));
      case "receipt":
        return this.#handOver.give(line.key, () => host.reported(line.receipt), this.#durable(line.key));
      case "same_person":
        return this.#handOver.give(
          JSON.stringify(line.identities),
          () => host.samePerson(line.identities),
          () => {},
        );
      case "typed":
        return host.typed(line.from, line.on);
      case "answer":
        return this.#asks.answered(line.ask, line.answer);
      case "wants":
        return void this.#resend(line.ask, line.providerId);
      case "qr":
        this.#qr = { text: line.text, expiresAt: isoOf(this.#wallMs + line.lifeMs) };
        return this.#step("qr", "not_linked");
      case "scanned":
        return this.#step("scanned", "scanned");
      case "opened":
        this.#me = line.me;
        return this.#onOpened();
      case "closed":
        return this.#onClosedLine(line.closing);
      case "pong":
        return;
    }
  }

  /** The journal may forget what the host has. */
  #durable(key: string): () => void {
    return () => this.#post({ type: "stored", biz: this.biz, key });
  }

  // The lifecycle

  #step(input: LifeInput, reason: string | null = this.#reason): void {
    const before = this.#state;
    const [next, action] = step(before, input);
    if (next === before && action === "none" && input !== "qr") return;
    this.#state = next;
    this.#reason = reason;
    this.#retryAtMs = next === "banned" ? this.#retryAtMs : null;
    this.#stopTimers();
    if (next !== "needs_link") this.#qr = this.#pairing = null;
    this.#act(action);
    this.#watch();
    if (next !== before) this.#log.info("WA", "connection update:", { state: next, reason, failures: this.#failures });
    this.#changed();
  }

  #act(action: LifeAction): void {
    switch (action) {
      case "open":
        return this.#deps.gate.pass(() => this.#open());
      case "wait":
        return this.#wait(++this.#failures);
      case "wait_long":
        this.#failures++;
        return this.#wait(reconnectBackoff.delaysMs.length);
      case "close":
        return this.#post({ type: "close", ...this.#name });
      case "unlink":
        return void this.#ask((ask) => ({ type: "unlink", ...this.#name, ask }));
      case "forget":
        return this.#forget();
      case "none":
        return;
    }
  }

  #open(): void {
    if (this.#state !== "starting" && this.#state !== "connecting") return;
    const { supervisor, clock, dir, socketUrl } = this.#deps;
    if (supervisor.restInMs > 0) {
      this.#timers.push(clock.after(supervisor.restInMs, () => this.#open()));
      return;
    }
    supervisor.board(this);
    this.#triedMs = clock.nowMs();
    this.#epoch++;
    this.#post({ type: "open", ...this.#name, dir, socketUrl });
  }

  #wait(attempt: number): void {
    const delayMs = backoffMs(reconnectBackoff, attempt, this.#deps.random);
    this.#retryAtMs = this.#wallMs + delayMs;
    this.#timers.push(this.#deps.clock.after(delayMs, () => this.#step("timer")));
  }

  /** A try that leads nowhere is ended; a connection that holds makes earlier failures forgotten. */
  #watch(): void {
    const { clock } = this.#deps;
    if (this.#state === "starting" || this.#state === "connecting" || this.#state === "linking")
      this.#timers.push(clock.after(limits.waOpenMs, () => this.#post({ type: "close", ...this.#name })));
    if (this.#state === "open")
      this.#timers.push(
        clock.after(limits.waSteadyMs, () => {
          this.#failures = 0;
          this.#changed();
        }),
      );
  }

  #onOpened(): void {
    this.#heard(0);
    this.#stalled = false;
    this.#step("opened", null);
    this.#deps.onOpen();
  }

  #onClosedLine(closing: Closing): void {
    this.#sessionOver();
    const own = this.#ownReason;
    this.#ownReason = null;
    for (const done of this.#onClosed.splice(0)) done();
    if (!isActive(this.#state)) return;
    if (own !== null) return this.#step("closed_restart", own);
    const nowMs = this.#deps.clock.nowMs();
    const recently = this.#replacedMs !== null && nowMs - this.#replacedMs < limits.waReplacedMs;
    const { input, reason, detail, bannedSeconds } = readClosing(closing, recently);
    this.#waitsForNetwork = input === "closed_lost" && reason !== "login_in_use";
    if (input === "closed_replaced") this.#replacedMs = nowMs;
    if (bannedSeconds !== null) this.#retryAtMs = this.#wallMs + bannedSeconds * 1_000;
    if (detail !== null) this.#log.warn("WA", "connection closed", { reason, detail });
    this.#step(input, reason);
  }

  #sessionOver(): void {
    this.#epoch++;
    this.#stalled = false;
  }

  #onPong({ sessions }: Extract<FromWorker, { type: "pong" }>): void {
    const pulse = sessions.find(({ biz }) => biz === this.biz);
    if (pulse === undefined || pulse.epoch !== this.#epoch) return;
    if (pulse.heardMsAgo !== null) this.#heard(pulse.heardMsAgo);
    if (pulse.oldestUnreadMs > limits.waUnreadMs) this.#renew("stuck");
    this.#changed();
  }

  #heard(msAgo: number): void {
    this.#heardMs = this.#deps.clock.nowMs() - msAgo;
    this.#lastSeen = isoOf(this.#wallMs - msAgo);
  }

  /** A connection that does not acknowledge takes no more: it is made anew, once nothing is being sent on it. */
  #sent(result: SendResult): void {
    if (result.kind === "unknown" && result.code === "ack_timeout") this.#stalled = true;
    if (this.#sending > 0) return;
    for (const done of this.#onIdle.splice(0)) done();
    if (this.#stalled) this.#renew("ack_timeout");
    this.#changed();
  }

  #renew(reason: string): void {
    if (this.#state !== "open" || this.#ownReason !== null) return;
    this.#ownReason = reason;
    this.#post({ type: "close", ...this.#name });
  }

  // Small things

  get #name(): { biz: string; epoch: number } {
    return { biz: this.biz, epoch: this.#epoch };
  }

  get #wallMs(): number {
    return this.#deps.clock.instant().epochMilliseconds;
  }

  #post(line: ToWorker): void {
    this.#deps.supervisor.post(this.biz, line);
  }

  #ask(line: (ask: number) => ToWorker): Promise<Answer> {
    return this.#asks.ask((ask) => this.#post(line(ask)));
  }

  async #resend(ask: number, providerId: string): Promise<void> {
    const { epoch } = this.#name;
    const content = await this.#deps.host.resend(providerId).catch(() => null);
    this.#post({ type: "content", biz: this.biz, epoch, ask, content });
  }

  #idle(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Resolves when the session has told its end, or is not going to. */
  #closedSoon(): Promise<void> {
    if (!isActive(this.#state)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onClosed.push(resolve);
      this.#deps.clock.after(3 * limits.waCutMs, resolve);
    });
  }

  #forget(): void {
    archiveLogin(this.#deps.dir, this.#wallMs);
    this.#me = null;
  }

  #stopTimers(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }

  #changed(): void {
    const status = this.status();
    const { lastSeen: _, ...rest } = status;
    const told = JSON.stringify(rest);
    if (told === this.#told) return;
    this.#told = told;
    this.#deps.host.changed(status);
  }
}

const isoOf = (epochMs: number): string => Temporal.Instant.fromEpochMilliseconds(Math.round(epochMs)).toString();

const unknown = (code: string): SendResult => ({ kind: "unknown", repeatable: true, code });

function failureOf(answer: Answer): AppError {
  if (answer.kind !== "failed") return new AppError("bug", `an answer of the wrong kind: ${answer.kind}`);
  return new AppError(answer.code, answer.detail);
}
