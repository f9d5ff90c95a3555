import type { Clock } from "../../base/clock.ts";
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
import type { ClientVersion } from "./client-version.ts";
import { HandOver } from "./hand-over.ts";
import { Life, type SessionAction } from "./life.ts";
import { isFinal, type LifeInput } from "./lifecycle.ts";
import { archiveLogin, forgetPeople } from "./login-file.ts";
import type { Answer, FromWorker, Me, SessionPulse, ToWorker, Version } from "./protocol.ts";
import type { StartGate } from "./start-gate.ts";
import type { Passenger, Supervisor } from "./supervisor.ts";

export interface ChannelDeps {
  businessId: BusinessId;
  host: ChannelHost;
  /** `storage/whatsapp/business_<id>` */
  dir: string;
  socketUrl: string;
  supervisor: Supervisor;
  version: ClientVersion;
  gate: StartGate;
  clock: Clock;
  random: Random;
  log: Log;
  /** It is open: others who wait for the network need not wait longer. */
  onOpen(): void;
}

type Line = Exclude<FromWorker, { type: "ready" | "log" }>;

/**
 * One business's channel: carries out its life's decisions on a session in a thread, and passes on what it says. It
 * outlives sessions and threads.
 */
export class BaileysChannel implements WhatsAppChannel, Passenger {
  readonly biz: string;
  readonly #deps: ChannelDeps;
  readonly #log: Log;
  readonly #asks = new Asks();
  readonly #handOver: HandOver;
  readonly #life: Life;
  #epoch = 0;
  #sending = 0;
  #qr: ChannelStatus["qr"] = null;
  #pairing: PairingCode | null = null;
  #me: Me | null = null;
  #heardMs: number | null = null;
  #lastSeen: string | null = null;
  #stalled = false;
  #version: Version | null = null;
  #stuckMs: number | null = null;
  #onIdle: (() => void)[] = [];
  #onClosed: (() => void)[] = [];
  /** Being disconnected or unlinked. */
  #leaving: Promise<void> | null = null;
  #told = "";

  constructor(deps: ChannelDeps) {
    this.#deps = deps;
    this.biz = deps.businessId;
    this.#log = deps.log.child({ biz: deps.businessId });
    this.#handOver = new HandOver(deps.clock, this.#log);
    const { clock, random } = deps;
    this.#life = new Life({
      ...{ clock, random, log: this.#log },
      act: (action) => this.#act(action),
      changed: () => this.#changed(),
    });
  }

  get busy(): boolean {
    return this.#sending > 0;
  }

  status(): ChannelStatus {
    const { state, reason, failures, retryAtMs, isActive } = this.#life;
    const freshMs = this.#heardMs === null ? Number.POSITIVE_INFINITY : this.#deps.clock.nowMs() - this.#heardMs;
    const connected = state === "open" && freshMs < limits.waFreshMs;
    return {
      state: state === "link_expired" ? "needs_link" : state,
      connected,
      canSend: connected && !this.#stalled,
      recovers: isActive || state === "waiting",
      reason,
      failures,
      lastSeen: this.#lastSeen,
      retryAt: retryAtMs === null ? null : isoOf(retryAtMs),
      qr: this.#qr,
      pairing: this.#pairing,
      me: this.#me,
    };
  }

  connect(): void {
    if (this.#leaving === null) this.#life.step("connect");
    else void this.#leaving.then(() => this.connect());
  }

  disconnect(): Promise<void> {
    return this.#leave("disconnect");
  }

  logout(): Promise<void> {
    return this.#leave("logout", "unlinked");
  }

  async #leave(input: Extract<LifeInput, "disconnect" | "logout">, reason?: string): Promise<void> {
    await this.#leaving;
    const leaving = (async () => {
      await this.#idle();
      const closed = this.#closedSoon();
      this.#life.step(input, reason);
      await closed;
      this.#handOver.rest();
      this.#deps.supervisor.leave(this.biz);
      if (input === "logout") this.#forget();
    })();
    this.#leaving = leaving;
    await leaving;
    if (this.#leaving === leaving) this.#leaving = null;
  }

  async requestPairingCode(phone: string): Promise<PairingCode> {
    if (!/^\+?\d{8,15}$/.test(phone)) throw new AppError("invalid", "this is no phone number");
    if (this.#life.state !== "needs_link") throw new AppError("unavailable", "the channel does not wait to be linked");
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
    if (this.#life.state !== "open") throw new AppError("unavailable", "WhatsApp is not connected");
    const answer = await this.#ask((ask) => ({ type: "download", ...this.#name, ask, ref, file, bytesMax }));
    if (answer.kind !== "downloaded") throw failureOf(answer);
    return { bytes: answer.bytes };
  }

  /** Clears the login of people: on its session where there is one, else in its file. @throws AppError "unavailable". */
  async forget(people: readonly Address[]): Promise<void> {
    if (!this.#life.isActive) return forgetPeople(this.#deps.dir, people);
    const answer = await this.#ask((ask) => ({ type: "forget", ...this.#name, ask, people }));
    if (answer.kind !== "done") throw failureOf(answer);
  }

  networkIsBack(): void {
    this.#life.networkIsBack();
  }

  onLost(recycled: boolean): void {
    this.#asks.lost("the thread of this session is lost");
    this.#sessionOver();
    this.#life.lost(recycled);
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
        this.#life.step("qr", "not_linked");
        return this.#changed();
      case "scanned":
        return this.#life.step("scanned", "scanned");
      case "opened":
        return this.#onOpened(line.me);
      case "closed":
        this.#sessionOver();
        for (const done of this.#onClosed.splice(0)) done();
        return this.#life.closed(line.closing);
      case "pong":
        return;
    }
  }

  /** The journal may forget what the host has. */
  #durable(key: string): () => void {
    return () => this.#post({ type: "stored", biz: this.biz, key });
  }

  #act(action: SessionAction): void {
    switch (action) {
      case "open":
        return this.#deps.gate.pass(() => this.#open());
      case "update":
        return void this.#update();
      case "close":
        return this.#post({ type: "close", ...this.#name });
      case "unlink":
        return void this.#ask((ask) => ({ type: "unlink", ...this.#name, ask }));
      case "forget":
        return this.#forget();
    }
  }

  /** This version was refused: once with another one, if WhatsApp names one. */
  async #update(): Promise<void> {
    const epoch = this.#epoch;
    const hasOther = await this.#deps.version.renew(this.#version);
    if (this.#life.state !== "connecting" || this.#epoch !== epoch) return;
    if (hasOther) this.#act("open");
    else this.#life.step("closed_outdated_again");
  }

  #open(): void {
    const { state } = this.#life;
    if (state !== "starting" && state !== "connecting") return;
    const { supervisor, dir, socketUrl } = this.#deps;
    if (supervisor.restInMs > 0) return this.#life.after(supervisor.restInMs, () => this.#open());
    supervisor.board(this);
    this.#life.tries();
    this.#epoch++;
    this.#version = this.#deps.version.current;
    this.#post({ type: "open", ...this.#name, dir, socketUrl, version: this.#version });
  }

  #onOpened(me: Me): void {
    this.#me = me;
    this.#heard(0);
    this.#life.step("opened", null);
    this.#deps.version.worked(this.#version);
    this.#deps.onOpen();
  }

  #sessionOver(): void {
    this.#epoch++;
    this.#stalled = false;
  }

  #onPong({ sessions }: Extract<FromWorker, { type: "pong" }>): void {
    const pulse = sessions.find(({ biz }) => biz === this.biz);
    if (pulse === undefined || pulse.epoch !== this.#epoch) return;
    if (pulse.heardMsAgo !== null) this.#heard(pulse.heardMsAgo);
    // Not while something is being sent (W5); the next pulse comes soon.
    if (!this.busy) this.#heedPulse(pulse);
    this.#changed();
  }

  /** A connection that brings nothing on, or nothing at all, is made anew; stuck again soon, its thread is. */
  #heedPulse({ oldestUnreadMs, silentMs }: SessionPulse): void {
    if (oldestUnreadMs <= limits.waUnreadMs) {
      if (silentMs > limits.waSilentMs) this.#life.renew("silent");
      return;
    }
    const nowMs = this.#deps.clock.nowMs();
    const isAgain = this.#stuckMs !== null && nowMs - this.#stuckMs < limits.waStuckAgainMs;
    this.#stuckMs = nowMs;
    if (isAgain && this.#deps.supervisor.replace(this.biz)) return;
    this.#life.renew("stuck");
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
    if (this.#stalled) this.#life.renew("ack_timeout");
    this.#changed();
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
    if (!this.#life.isActive) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onClosed.push(resolve);
      this.#deps.clock.after(3 * limits.waCutMs, resolve);
    });
  }

  #forget(): void {
    archiveLogin(this.#deps.dir, this.#wallMs);
    this.#me = null;
  }

  #changed(): void {
    const { state } = this.#life;
    if (state !== "needs_link") this.#qr = this.#pairing = null;
    if (isFinal(state)) this.#deps.supervisor.leave(this.biz); // whoever waits for a person needs no thread
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
