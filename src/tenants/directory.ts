import { eq } from "drizzle-orm";
import type { BackoffPolicy } from "../base/backoff.ts";
import { backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import type { Random } from "../base/random.ts";
import { directoryChannel } from "../db/change-notice.ts";
import type { Database } from "../db/client.ts";
import { businesses, businessNumbers, businessSettings } from "../db/schema/business.ts";
import { type Subscription, subscribe } from "../db/subscribe.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { BusinessSettings } from "./settings.ts";

/** All that answering for a business needs, in memory. Never changed in place: a change makes a new profile. */
export interface BusinessProfile extends Readonly<BusinessSettings> {
  readonly id: BusinessId;
  readonly name: string;
  /** IANA zone. */
  readonly timezone: string;
  readonly city: string | null;
  readonly languages: readonly string[];
  readonly phones: readonly Phone[];
}

/** Every active business and its numbers, in memory, so that a webhook never waits for the database. */
export interface Directory {
  /** At once: the business that is called on this number, null when nobody's, "loading" before the first load. */
  find(to: Phone): BusinessProfile | null | "loading";
  /** As `find`, but waits for the first load, for as long as that takes. */
  resolve(to: Phone): Promise<BusinessProfile | null>;
  get(id: BusinessId): BusinessProfile | undefined;
  /** Every active business. */
  all(): readonly BusinessProfile[];
  /** Resolves when all that was committed before the call is in memory (or could not be read: the old stays). */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface DirectoryDeps {
  db: Database;
  clock: Clock;
  log: Log;
  random: Random;
  /** False = the installation records no calls, whatever its businesses say. */
  recordCalls?: boolean;
  /** Told of all profiles whenever they were read. */
  onFresh?(profiles: readonly BusinessProfile[]): void;
}

interface Snapshot {
  byId: ReadonlyMap<BusinessId, BusinessProfile>;
  byPhone: ReadonlyMap<Phone, BusinessProfile>;
}

const retry: BackoffPolicy = { delaysMs: [100, 250, 500, 1_000, 2_000], jitter: 0.25 };

/** Starts loading at once and keeps itself fresh: by announcement, after every reconnect, and by poll. */
export function createDirectory(deps: DirectoryDeps): Directory {
  return new MemoryDirectory(deps);
}

class MemoryDirectory implements Directory {
  readonly #deps: DirectoryDeps;
  readonly #poll: Timer;
  readonly #loaded = Promise.withResolvers<void>();
  readonly #subscription: Subscription;
  #snapshot: Snapshot | null = null;
  #load: Promise<void> | null = null;
  #again: Promise<void> | null = null;
  #retry: Timer | null = null;
  #failures = 0;
  #closed = false;

  constructor(deps: DirectoryDeps) {
    this.#deps = deps;
    this.#poll = deps.clock.every(limits.directoryPollMs, () => void this.refresh());
    const again = () => void this.refresh();
    this.#subscription = subscribe(deps, directoryChannel, { onNotice: again, onListening: again });
    void this.refresh();
  }

  find(to: Phone): BusinessProfile | null | "loading" {
    return this.#snapshot ? (this.#snapshot.byPhone.get(to) ?? null) : "loading";
  }

  async resolve(to: Phone): Promise<BusinessProfile | null> {
    await this.#loaded.promise;
    return this.#snapshot?.byPhone.get(to) ?? null;
  }

  all(): readonly BusinessProfile[] {
    return [...(this.#snapshot?.byId.values() ?? [])];
  }

  get(id: BusinessId): BusinessProfile | undefined {
    return this.#snapshot?.byId.get(id);
  }

  /** A load that has begun may have missed a change: whoever asks meanwhile shares the one after it. */
  refresh(): Promise<void> {
    if (!this.#load) {
      this.#load = this.#reload().finally(() => {
        this.#load = null;
      });
      return this.#load;
    }
    this.#again ??= this.#load.then(() => {
      this.#again = null;
      return this.refresh();
    });
    return this.#again;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#poll.cancel();
    this.#retry?.cancel();
    await this.#subscription.close();
  }

  async #reload(): Promise<void> {
    const { log } = this.#deps;
    if (this.#closed) return;
    try {
      this.#snapshot = await readSnapshot(this.#deps);
      this.#loaded.resolve();
      this.#deps.onFresh?.([...this.#snapshot.byId.values()]);
      if (this.#failures > 0) log.info("DB", "directory is fresh again", { failures: this.#failures });
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      if (this.#failures === 1)
        log.warn("DB", "directory could not be read, the last one stays", { error: describeError(error) });
      const { clock, random } = this.#deps;
      this.#retry?.cancel();
      this.#retry = clock.after(backoffMs(retry, this.#failures, random), () => void this.refresh());
    }
  }
}

function readSnapshot({ db, recordCalls = true }: DirectoryDeps): Promise<Snapshot> {
  return withSystem(db, async (tx) => {
    const rows = await tx
      .select({ business: businesses, settings: businessSettings })
      .from(businesses)
      .innerJoin(businessSettings, eq(businessSettings.businessId, businesses.id))
      .where(eq(businesses.status, "active"));
    const numbers = await tx.select().from(businessNumbers).orderBy(businessNumbers.createdAt);
    const phones = Map.groupBy(numbers, (number) => number.businessId);
    const profiles = rows.map(
      ({ business, settings: { businessId: _id, updatedAt: _at, ...settings } }): BusinessProfile => {
        const { id, name, timezone, city, languages } = business;
        return {
          ...settings,
          recordCalls: settings.recordCalls && recordCalls,
          id,
          name,
          timezone,
          city,
          languages,
          phones: phones.get(id)?.map((number) => number.phone) ?? [],
        };
      },
    );
    return {
      byId: new Map(profiles.map((profile) => [profile.id, profile])),
      byPhone: new Map(profiles.flatMap((profile) => profile.phones.map((phone) => [phone, profile] as const))),
    };
  });
}
