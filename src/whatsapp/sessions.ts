import type { Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { whatsappChannel } from "../db/change-notice.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { readBell } from "./bell.ts";
import { HostRelay } from "./host-relay.ts";
import { isOutage, noteOutage } from "./outages.ts";
import { type ChannelStatus, noStatus, type ProviderKind, type WhatsAppProvider } from "./provider.ts";
import { Session, type SessionDeps } from "./session.ts";
import { saveStatus, takeLease, type WantedSession, wantedSessions } from "./session-rows.ts";

export interface SessionsDeps extends SessionDeps {
  providers: Readonly<Record<ProviderKind, WhatsAppProvider>>;
  defaultProvider: ProviderKind;
  /** Whether the installation has a sender at Twilio. */
  hasSender: boolean;
}

/** The sessions that this process holds: it takes those that nobody has, keeps them, and lets go of what is not wanted. */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #held = new Map<BusinessId, Session>();
  readonly #leaving = new Map<BusinessId, Promise<void>>();
  /** By provider and business: a channel keeps its host for life. */
  readonly #relays = new Map<string, HostRelay>();
  #sweeping: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #away = false;
  #poll: Timer | null = null;
  #subscription: Promise<{ unlisten(): Promise<void> } | null> | null = null;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, db } = this.#deps;
    this.#poll = clock.every(limits.waPollMs, () => this.wake());
    this.#subscription = db.sql
      .listen(
        whatsappChannel,
        (text) => this.#rung(text),
        () => this.wake(),
      )
      .catch(() => null); // the poll finds everything
    this.wake();
  }

  held(businessId: BusinessId): Session | undefined {
    return this.#held.get(businessId);
  }

  /** Looks at what is wanted now, after what is under way. */
  wake(): void {
    this.#again = true;
    if (this.#stopped) return;
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = null;
      if (this.#again) this.wake();
    });
  }

  /** For the health probe: what the held sessions run on answers. */
  async alive(): Promise<void> {
    await Promise.all(
      [...new Set([...this.#held.values()].map(({ provider }) => provider))].map((each) => each.alive()),
    );
  }

  /** Lets every session finish its send and go. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#poll?.cancel();
    void this.#subscription?.then((subscription) => subscription?.unlisten()).catch(() => {});
    await this.#sweeping;
    await Promise.allSettled([...this.#leaving.values(), ...[...this.#held.values()].map((session) => session.stop())]);
    await Promise.allSettled(Object.values(this.#deps.providers).map((provider) => provider.close()));
  }

  #rung(text: string): void {
    const rung = readBell(text);
    if (rung?.bell === "outbox") this.#held.get(rung.businessId)?.sender.wake();
    else this.wake();
  }

  async #sweep(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await this.#lookAround();
        this.#away = false;
      } catch (error) {
        if (!this.#away) this.#deps.log.warn("WA-ERROR", "sessions cannot be read", { error: describeError(error) });
        this.#away = true;
        return; // the poll tries again
      }
    }
  }

  async #lookAround(): Promise<void> {
    const { db, defaultProvider: byDefault, hasSender } = this.#deps;
    const wanted = new Map((await wantedSessions(db, { byDefault, hasSender })).map((each) => [each.businessId, each]));
    for (const [businessId, session] of this.#held) {
      const still = wanted.get(businessId);
      if (still?.provider !== session.provider.kind) this.#letGo(businessId, session, "not wanted");
    }
    for (const each of wanted.values()) {
      if (this.#stopped) return;
      await this.#keep(each);
    }
  }

  async #keep(wanted: WantedSession): Promise<void> {
    const { db, clock, owner, providers, log } = this.#deps;
    const { businessId } = wanted;
    if (this.#leaving.has(businessId)) return; // looked at again when it has gone
    const provider = providers[wanted.provider];
    const held = this.#held.get(businessId);
    const now = clock.instant();
    if (held === undefined && hasLogin(wanted) && !provider.holdsLogin(businessId)) return this.#miss(wanted, now);
    const isFresh = wanted.owner === owner && wanted.leaseUntil !== null && isFarOff(wanted.leaseUntil, now);
    if (!(held !== undefined && isFresh) && !(await takeLease(db, businessId, owner, now))) {
      if (held !== undefined) this.#letGo(businessId, held, "another process has it");
      return;
    }
    const session = held ?? this.#begin(wanted, provider);
    if (held === undefined) {
      this.#held.set(businessId, session);
      log.info("WA", "session begins", { biz: businessId, provider: provider.kind });
      session.start();
    }
    // Not awaited: a logout may take seconds, and the other businesses wait for none of it.
    if (wanted.command !== null)
      void session.obey(wanted.command).catch((error: unknown) => {
        log.warn("WA-ERROR", "a command's outcome was not written", { biz: businessId, error: describeError(error) });
      });
    session.refresh();
  }

  #begin({ businessId, linkedAt, provider: kind }: WantedSession, provider: WhatsAppProvider): Session {
    const key = `${kind}:${businessId}`;
    const relay = this.#relays.get(key) ?? new HostRelay();
    this.#relays.set(key, relay);
    return new Session(this.#deps, provider, { businessId, linkedAt, relay });
  }

  /** A send under way may take its time: the other businesses wait for none of it. */
  #letGo(businessId: BusinessId, session: Session, why: string): void {
    this.#held.delete(businessId);
    this.#deps.log.info("WA", "session ends", { biz: businessId, why });
    const left = session.stop().catch((error: unknown) => {
      this.#deps.log.warn("WA-ERROR", "a session did not end well", { biz: businessId, error: describeError(error) });
    });
    this.#leaving.set(businessId, left);
    void left.then(() => {
      this.#leaving.delete(businessId);
      this.wake();
    });
  }

  /** Linked, but its login lies in no process that runs: told, never silently linked anew. */
  async #miss({ businessId, leaseUntil, status }: WantedSession, now: Temporal.Instant): Promise<void> {
    const isHeld = leaseUntil !== null && Temporal.Instant.compare(leaseUntil, now) > 0;
    if (isHeld || status?.state === "login_unreadable") return;
    const lost: ChannelStatus = {
      ...(status ?? noStatus),
      state: "login_unreadable",
      connected: false,
      canSend: false,
      recovers: false,
      reason: "login_missing",
      qr: null,
      pairing: null,
    };
    await withTenant(this.#deps.db, businessId, async (tx) => {
      const ctx = { businessId, actor: { kind: "system" as const }, tx };
      await saveStatus(ctx, lost, now);
      if (isOutage(lost)) await noteOutage(ctx, lost, now);
    });
  }
}

/** Whether a login should be somewhere; not once it was logged out, or somebody asked to connect whatever was. */
const hasLogin = ({ linkedAt, status, command }: WantedSession): boolean =>
  linkedAt !== null && status?.state !== "logged_out" && command === null;

/** Whether a lease still has more than half of its time. */
const isFarOff = (until: Temporal.Instant, now: Temporal.Instant): boolean =>
  until.since(now).total("milliseconds") > limits.waLeaseMs / 2;
