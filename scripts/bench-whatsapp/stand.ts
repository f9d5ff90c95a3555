import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import type { BusinessId } from "../../src/base/ids.ts";
import { testBusiness } from "../../src/calendar/testing/test-business.ts";
import { conversations, messages } from "../../src/db/schema/message.ts";
import { whatsappSessions } from "../../src/db/schema/whatsapp.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { type TestDatabase, testDatabase } from "../../src/db/test-db.ts";
import { until } from "../../src/e2e/testing/until.ts";
import type { Account } from "../../src/sim/whatsapp/account.ts";
import type { Person } from "../../src/sim/whatsapp/person.ts";
import { FakeWhatsApp } from "../../src/sim/whatsapp/server.ts";
import type { Ctx } from "../../src/tenants/ctx.ts";
import { ring } from "../../src/whatsapp/bell.ts";
import { queueMessage } from "../../src/whatsapp/queue-message.ts";
import { saveWhatsappSettings } from "../../src/whatsapp/settings.ts";
import { childEnvironment } from "../product.ts";
import type { CarrierLine, CarrierSetup } from "./carrier.ts";

/** A business of the bench, its account at the fake WhatsApp, and one customer who writes to it. */
export interface Shop {
  id: BusinessId;
  account: Account;
  customer: Person;
  run<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
}

export interface Carrier {
  readonly pid: number;
  /** Resident memory of the process with its threads, in bytes. */
  rss(): number;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Everything around the process that is measured: database, WhatsApp, businesses. All on this machine. */
export class Stand {
  readonly whatsapp = new FakeWhatsApp();
  readonly storageDir = mkdtempSync(join(tmpdir(), "bench-wa-"));
  readonly shops: Shop[] = [];
  /** When each message was given to the host, and when it was durable, by its id at the network: ms since 1970. */
  readonly stored = new Map<string, { fromMs: number; atMs: number }>();
  readonly canSend = new Map<string, boolean>();
  /** States that were told, by business. */
  readonly states = new Map<string, string[]>();
  readonly db: TestDatabase;

  private constructor(db: TestDatabase) {
    this.db = db;
  }

  static async open(): Promise<Stand> {
    return new Stand(await testDatabase());
  }

  /** A business that wants to be connected. */
  async addShop(): Promise<Shop> {
    const { businessId: id } = await testBusiness(this.db);
    const number = this.shops.length;
    const run: Shop["run"] = (work) =>
      withTenant(this.db, id, (tx) =>
        work({ businessId: id, actor: { kind: "staff", userId: null, name: "רונית" }, tx }),
      );
    await run(async (ctx) => {
      await saveWhatsappSettings(ctx, { perMinute: 60, perHour: 1_000 });
      await ctx.tx.insert(whatsappSessions).values({ businessId: id, wanted: true }).onConflictDoNothing();
      await ring(ctx.tx, id, "session");
    });
    const shop = {
      id,
      run,
      account: this.whatsapp.account(`972355${5_000 + number}`),
      customer: this.whatsapp.person(`97250${1_000_000 + number}`, `לקוחה ${number}`),
    };
    this.shops.push(shop);
    return shop;
  }

  async start({ threads = 8, answers = false }: Partial<CarrierSetup> = {}): Promise<Carrier> {
    const { address } = this.db;
    const setup: CarrierSetup = {
      ...{ address, storageDir: this.storageDir, socketUrl: this.whatsapp.url, threads, answers },
    };
    const running = Promise.withResolvers<void>();
    this.canSend.clear();
    const child = Bun.spawn(
      [process.execPath, "--no-install", join(import.meta.dir, "carrier.ts"), JSON.stringify(setup)],
      {
        env: childEnvironment({}),
        stdin: "ignore",
        stdout: "ignore",
        stderr: Bun.file(join(this.storageDir, "carrier.log")),
        ipc: (line: CarrierLine) => {
          if (line.kind === "running") running.resolve();
          else this.#note(line);
        },
      },
    );
    process.once("exit", () => child.kill("SIGKILL"));
    void child.exited.then((code) => running.reject(new Error(`the carrier ended with code ${code}`)));
    running.promise.catch(() => {});
    await running.promise;
    return {
      pid: child.pid,
      rss: () => 1_024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]),
      async kill() {
        child.kill("SIGKILL");
        await child.exited;
      },
      async stop() {
        child.kill("SIGTERM");
        await child.exited;
      },
    };
  }

  #note(line: Exclude<CarrierLine, { kind: "running" }>): void {
    if (line.kind === "stored") {
      if (!this.stored.has(line.providerId)) this.stored.set(line.providerId, line);
      return;
    }
    this.canSend.set(line.biz, line.canSend);
    this.states.set(line.biz, [...(this.states.get(line.biz) ?? []), line.state]);
  }

  /** Scans every QR code that is on show, as long as there is a business without a linked device. */
  async link(): Promise<void> {
    await until(
      () => `all linked (${this.shops.filter(({ account }) => account.devices.size === 0).length} are not)`,
      async () => {
        for (const shop of this.shops.filter(({ account }) => account.devices.size === 0)) {
          const [row] = await shop.run((ctx) =>
            ctx.tx
              .select({ status: whatsappSessions.status })
              .from(whatsappSessions)
              .where(eq(whatsappSessions.businessId, shop.id)),
          );
          const qr = (row?.status as { qr: { text: string } | null } | null)?.qr;
          if (qr) tryScan(this.whatsapp, shop.account, qr.text);
        }
        return this.shops.every(({ account }) => account.devices.size > 0);
      },
      300_000,
    );
    await this.allOpen();
  }

  allOpen(withinMs = 300_000): Promise<true> {
    return until(
      () => `all open (${this.shops.filter(({ account }) => !account.isOpen).length} are not)`,
      () => this.shops.every(({ id, account }) => account.isOpen && this.canSend.get(id) === true),
      withinMs,
    );
  }

  /**
   * Queues what staff write to the shop's customer, in one transaction; the chat exists already. A database that is
   * overloaded is asked again, as a panel would, under the same keys.
   */
  async queue(shop: Shop, texts: readonly string[]): Promise<void> {
    for (;;) {
      const done = await this.#queueOnce(shop, texts).then(
        () => true,
        () => Bun.sleep(250).then(() => false),
      );
      if (done) return;
    }
  }

  async #queueOnce(shop: Shop, texts: readonly string[]): Promise<void> {
    await shop.run(async (ctx) => {
      const [chat] = await ctx.tx
        .select({ id: conversations.id })
        .from(conversations)
        .where(eq(conversations.businessId, shop.id));
      if (chat === undefined) throw new Error("the customer has not written yet");
      const at = Temporal.Now.instant();
      for (const [index, text] of texts.entries())
        await queueMessage(ctx, {
          ...{ conversationId: chat.id, purpose: "staff" as const, content: { kind: "text" as const, text } },
          at: at.add({ microseconds: index }),
          dedupe: text,
        });
    });
  }

  /** The first message of each customer, so that they may be written to. */
  async introduce(): Promise<void> {
    for (const { customer, account } of this.shops) await customer.write(account, "שלום");
    await until(
      "the first messages",
      async () => {
        const counts = await Promise.all(this.shops.map((shop) => this.storedOf(shop)));
        return counts.every((ids) => ids.length > 0);
      },
      120_000,
    );
  }

  /** Ids at the network of what is stored from the customer, oldest first. */
  async storedOf(shop: Shop): Promise<string[]> {
    const rows = await shop.run((ctx) =>
      ctx.tx
        .select({ id: messages.providerId })
        .from(messages)
        .where(sql`${messages.businessId} = ${shop.id} and ${messages.author} = 'customer'`)
        .orderBy(messages.createdAt, messages.id),
    );
    return rows.map(({ id }) => id ?? "");
  }

  /** How many messages of the business are in each state. */
  async outbox(shop: Shop): Promise<Record<string, number>> {
    const rows = await shop.run((ctx) =>
      ctx.tx
        .select({ state: messages.state, count: sql<number>`count(*)::int` })
        .from(messages)
        .where(sql`${messages.businessId} = ${shop.id} and ${messages.author} <> 'customer'`)
        .groupBy(messages.state),
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state ?? "none", count]));
  }

  async emptyOutboxes(withinMs: number): Promise<void> {
    let left = Number.NaN;
    await until(
      () => `empty outboxes (${left} messages are left)`,
      async () => {
        const all = await Promise.all(this.shops.map((shop) => this.outbox(shop)));
        left = all.reduce((sum, { queued = 0, sending = 0 }) => sum + queued + sending, 0);
        return left === 0 || Bun.sleep(1_000).then(() => false);
      },
      withinMs,
    );
  }

  async close(): Promise<void> {
    await this.whatsapp.stop();
    await this.db.drop();
    rmSync(this.storageDir, { recursive: true, force: true });
  }
}

/** A code may have been replaced by the next one a moment ago. */
function tryScan(whatsapp: FakeWhatsApp, account: Account, qr: string): void {
  try {
    whatsapp.scan(account, qr);
  } catch {}
}
