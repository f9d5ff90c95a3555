import type { Clock, Timer } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { findIdentity } from "../crm/customers/identify.ts";
import type { Database } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { HostRelay } from "./host-relay.ts";
import type { Inbox } from "./inbox.ts";
import { endOutage, isOutage, noteOutage } from "./outages.ts";
import { Sender } from "./outbox.ts";
import { type FilesOf, sentContent } from "./outbox-rows.ts";
import type {
  Address,
  ChannelHost,
  ChannelStatus,
  IncomingMessage,
  OutgoingContent,
  Receipt,
  WhatsAppChannel,
  WhatsAppProvider,
} from "./provider.ts";
import { applyReceipt } from "./receipts.ts";
import { recognise } from "./recognise.ts";
import { type CommandOutcome, dropLease, type SessionCommand, saveOutcome, saveStatus } from "./session-rows.ts";
import type { TypingRegister } from "./typing-register.ts";

export interface SessionDeps {
  db: Database;
  clock: Clock;
  log: Log;
  random: Random;
  inbox: Inbox;
  typing: TypingRegister;
  files: FilesOf;
  /** Names this process among those that share the database. */
  owner: string;
}

// "Last seen" alone changes all the time; the panel does not need it to the second.
const lastSeenEveryMs = 60_000;

/** A business's link to WhatsApp in the process that holds it: its channel, its sender, and what is kept of both. */
export class Session implements ChannelHost {
  readonly provider: WhatsAppProvider;
  readonly channel: WhatsAppChannel;
  readonly sender: Sender;
  readonly #deps: SessionDeps;
  readonly #relay: HostRelay;
  readonly #businessId: BusinessId;
  readonly #log: Log;
  #linkedAt: Temporal.Instant | null;
  #written: ChannelStatus | null = null;
  #writtenMs = 0;
  #writing: Promise<void> | null = null;
  #steady: Timer | null = null;
  #lastCommand: string | null = null;

  constructor(
    deps: SessionDeps,
    provider: WhatsAppProvider,
    { businessId, linkedAt, relay }: { businessId: BusinessId; linkedAt: Temporal.Instant | null; relay: HostRelay },
  ) {
    this.#deps = deps;
    this.#businessId = businessId;
    this.#log = deps.log.child({ biz: businessId });
    this.#linkedAt = linkedAt;
    this.provider = provider;
    this.#relay = relay;
    relay.host = this;
    this.channel = provider.channel(businessId, relay);
    this.sender = new Sender({ ...deps, businessId, provider, channel: this.channel, linkedAt: () => this.#linkedAt });
  }

  start(): void {
    this.channel.connect();
    this.sender.wake();
  }

  /** Waits for the send under way, goes off, and lets the next process have the session. */
  async stop(): Promise<void> {
    this.#steady?.cancel();
    await this.sender.stop();
    await this.channel.disconnect();
    await this.#writing;
    if (this.#relay.host === this) this.#relay.host = null;
    await this.#run((ctx) => dropLease(ctx.tx, ctx.businessId, this.#deps.owner)).catch(() => {}); // it runs out
  }

  /** Does what a person asked for; once, however often it is told. */
  async obey(command: SessionCommand): Promise<void> {
    if (this.#lastCommand === command.id) return;
    this.#lastCommand = command.id;
    const outcome = await this.#carryOut(command).then(
      (): CommandOutcome => ({ id: command.id, ok: true }),
      (error: unknown): CommandOutcome => {
        this.#log.warn("WA-ERROR", "a command failed", { command: command.kind, error: describeError(error) });
        return { id: command.id, ok: false, code: error instanceof AppError ? error.code : "bug" };
      },
    );
    await this.#writing;
    await this.#run((ctx) => saveOutcome(ctx, outcome));
  }

  async #carryOut(command: SessionCommand): Promise<void> {
    switch (command.kind) {
      case "logout":
        return this.channel.logout();
      case "reconnect":
        return this.channel.connect();
      case "pairing_code":
        await this.channel.requestPairingCode(command.phone);
    }
  }

  // ChannelHost

  async received(message: IncomingMessage): Promise<void> {
    await this.#deps.inbox.receive(this.#businessId, message, this.provider.kind);
  }

  async reported(receipt: Receipt): Promise<void> {
    await this.#run((ctx) => applyReceipt(ctx, receipt));
  }

  /** Of people the business knows; WhatsApp tells of many more. */
  async samePerson([one, other]: readonly [Address, Address]): Promise<void> {
    await this.#run(async (ctx) => {
      const known = (await findIdentity(ctx, one)) ?? (await findIdentity(ctx, other));
      if (known !== null) await recognise(ctx, one, [other], false);
    });
  }

  typed(from: Address, on: boolean): void {
    this.#deps.typing.note(this.#businessId, from, on);
  }

  resend(providerId: string): Promise<OutgoingContent | null> {
    return this.#run((ctx) => sentContent(ctx, providerId, this.#deps.files));
  }

  changed(status: ChannelStatus): void {
    if (this.#written?.state !== status.state)
      this.#log.info("WA", "connection update:", {
        state: status.state,
        reason: status.reason,
        can_send: status.canSend,
      });
    if (status.canSend) this.sender.wake();
    this.#steady?.cancel();
    this.#steady = status.connected ? this.#deps.clock.after(limits.waOutageEndMs, () => this.#endOutage()) : null;
    this.#write();
  }

  /** Writes the newest status; one write at a time, whatever came meanwhile goes with the next. */
  #write(): void {
    this.#writing ??= this.#writeNewest().finally(() => {
      this.#writing = null;
    });
  }

  async #writeNewest(): Promise<void> {
    const { clock } = this.#deps;
    for (;;) {
      const status = this.channel.status();
      const isOld = clock.nowMs() - this.#writtenMs >= lastSeenEveryMs;
      if (!isOld && sameFacts(status, this.#written)) return;
      try {
        const now = clock.instant();
        await this.#run(async (ctx) => {
          await saveStatus(ctx, status, now);
          if (isOutage(status)) await noteOutage(ctx, status, now);
        });
        if (status.state === "open") this.#linkedAt ??= now;
        if (status.state === "needs_link") this.#linkedAt = null;
      } catch (error) {
        this.#log.warn("WA-ERROR", "the status could not be written", { error: describeError(error) });
        return; // the sweep asks again
      }
      this.#written = status;
      this.#writtenMs = clock.nowMs();
    }
  }

  /** Tells again what could not be written, and that the link is alive. */
  refresh(): void {
    this.#write();
    this.sender.wake();
  }

  #endOutage(): void {
    const now = this.#deps.clock.instant();
    void this.#run((ctx) => endOutage(ctx, now)).catch(() => {}); // the next steady minute tries again
  }

  #run<T>(work: (ctx: Ctx) => Promise<T>): Promise<T> {
    const businessId = this.#businessId;
    const deadlineMs = limits.jobQueryMs;
    return withTenant(this.#deps.db, businessId, (tx) => work({ businessId, actor: { kind: "system" }, tx }), {
      deadlineMs,
    });
  }
}

/** Whether two statuses say the same but for when WhatsApp was last heard of. */
const sameFacts = (a: ChannelStatus, b: ChannelStatus | null): boolean =>
  b !== null && JSON.stringify({ ...a, lastSeen: null }) === JSON.stringify({ ...b, lastSeen: null });
