import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { and, asc, eq } from "drizzle-orm";
import { ScriptedModel } from "../../assistant/testing/scripted-model.ts";
import { createAssistant } from "../../assistant/turn.ts";
import { type BusinessId, newId } from "../../base/ids.ts";
import { type Log, silentLog } from "../../base/log.ts";
import type { Phone } from "../../base/phone.ts";
import { seededRandom } from "../../base/random.ts";
import { createRestCalendars } from "../../calendar/rest.ts";
import { type TestBusiness, testBusiness } from "../../calendar/testing/test-business.ts";
import type { Transcriber } from "../../calls/after-call.ts";
import { conversations, messages } from "../../db/schema/message.ts";
import { notifications } from "../../db/schema/notification.ts";
import { tasks } from "../../db/schema/task.ts";
import { whatsappSessions } from "../../db/schema/whatsapp.ts";
import { withTenant } from "../../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../../db/test-db.ts";
import { createRunner, type JobRunner } from "../../jobs/runner.ts";
import { createVirtualClock, type VirtualClock } from "../../sim/clock.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { ring } from "../bell.ts";
import { createWhatsApp, type WhatsApp } from "../desk.ts";
import type { Address, ProviderAbilities } from "../provider.ts";
import { ProcessGate } from "./process-gate.ts";
import { type ScriptedChannel, ScriptedProvider } from "./scripted-provider.ts";

export const dana: Address = { kind: "phone", value: "+972501112233" };
export const yossi: Address = { kind: "phone", value: "+972504445566" };

export interface RoomOptions {
  can?: Partial<ProviderAbilities>;
  greeting?: string;
  log?: Log;
  transcriber?: Transcriber;
  /** False = no model is configured. */
  hasModel?: boolean;
  /** Another process beside this room's: on its database and network, for its business. */
  beside?: WhatsAppRoom;
  /** It follows the other one on its storage, as after a kill. */
  sameStorage?: boolean;
}

/** One business with WhatsApp on a database of its own and a scripted network, a scripted model and a clock that moves only when told. */
export class WhatsAppRoom {
  readonly clock: VirtualClock;
  /** The business has used up its day's money. */
  isSpent = false;
  readonly model = new ScriptedModel();
  readonly storageDir = mkdtempSync(join(tmpdir(), "wa-room-"));
  readonly db: TestDatabase;
  readonly #ownsDatabase: boolean;
  readonly #gate = new ProcessGate();
  readonly #owner: string;
  readonly business: TestBusiness;
  readonly provider: ScriptedProvider;
  readonly whatsapp: WhatsApp;
  readonly jobs: JobRunner;

  private constructor(db: TestDatabase, business: TestBusiness, options: RoomOptions) {
    // Tuesday, 24 November 2026, 10:15 in Tel Aviv.
    this.clock = options.beside?.clock ?? createVirtualClock(Temporal.Instant.from("2026-11-24T08:15:00Z"));
    this.db = db;
    this.#ownsDatabase = options.beside === undefined;
    this.business = business;
    this.provider = options.beside?.provider ?? new ScriptedProvider(options.can);
    this.#owner = options.sameStorage === true ? options.beside!.#owner : newId();
    const clock = this.#gate.clock(this.clock);
    const own = this.#gate.database(db);
    const log = options.log ?? silentLog;
    const restCalendars = createRestCalendars();
    const profile = {
      id: business.businessId,
      name: "מספרת דנה",
      assistantName: "נועה",
      timezone: "Asia/Jerusalem",
      city: "תל אביב",
      phones: ["+97235550100" as Phone],
      callPrompt: "",
      whatsappPrompt: "לענות בחום.",
      whatsappGreeting: options.greeting ?? null,
      facts: "",
      recordCalls: true,
      languages: ["he"],
      keywords: [],
    };
    this.whatsapp = createWhatsApp({
      db: own,
      clock,
      log,
      random: seededRandom(7),
      storageDir: this.storageDir,
      owner: this.#owner,
      providers: { baileys: this.provider, twilio: this.provider },
      defaultProvider: "baileys",
      hasSender: false,
      assistant:
        options.hasModel === false ? null : createAssistant({ db: own, clock, log, restCalendars, model: this.model }),
      transcriber: options.transcriber ?? null,
      profileOf: (id) => (id === business.businessId ? profile : undefined),
      isSpent: () => this.isSpent,
      urlOf: () => null,
    });
    const random = seededRandom(8);
    this.jobs = createRunner({ db: own, handlers: this.whatsapp.jobHandlers, clock, log, random });
  }

  /** Opens the room; its session is wanted and, unless told otherwise, linked and open. */
  static async open(options: RoomOptions = {}): Promise<WhatsAppRoom> {
    const db = options.beside?.db ?? (await testDatabase());
    const business = options.beside?.business ?? (await testBusiness(db));
    const room = new WhatsAppRoom(db, business, options);
    await room.inTenant(async (ctx) => {
      const { businessId } = business;
      await ctx.tx.insert(whatsappSessions).values({ businessId, wanted: true }).onConflictDoNothing();
      await ring(ctx.tx, businessId, "session");
    });
    room.whatsapp.start();
    room.jobs.start();
    const isHeld = () => room.whatsapp.sending(business.businessId) !== null;
    if (options.beside === undefined || options.sameStorage === true) await room.passes("the session", isHeld);
    return room;
  }

  get channel(): ScriptedChannel {
    return this.provider.channels.get(this.business.businessId)!;
  }

  link(): void {
    this.channel.scanned({ phone: "+97235550100", name: "מספרת דנה" });
  }

  /** Lets time pass in steps until there is something to see. */
  async passes<T>(what: string, look: () => T | Promise<T>, stepMs = 100): Promise<Exclude<NonNullable<T>, false>> {
    for (let steps = 0; steps < 4_000; steps++) {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen as Exclude<NonNullable<T>, false>;
      this.clock.advance(stepMs);
      await Bun.sleep(4); // the database works in real time
    }
    throw new Error(`never: ${what}`);
  }

  /** Texts on the customers' screens, in order. */
  get shown(): string[] {
    return this.channel.shown.map(({ text }) => text);
  }

  inTenant<T>(work: (ctx: Ctx) => Promise<T>): Promise<T> {
    const { businessId } = this.business;
    return withTenant(this.db, businessId, (tx) =>
      work({ businessId, actor: { kind: "staff", userId: null, name: "רונית" }, tx }),
    );
  }

  /** All written messages of the business, oldest first. */
  messages() {
    return this.inTenant((ctx) =>
      ctx.tx
        .select()
        .from(messages)
        .where(ofBusiness(ctx, messages))
        .orderBy(asc(messages.createdAt), asc(messages.id)),
    );
  }

  conversations() {
    return this.inTenant((ctx) => ctx.tx.select().from(conversations).where(ofBusiness(ctx, conversations)));
  }

  tasks() {
    return this.inTenant((ctx) => ctx.tx.select().from(tasks).where(ofBusiness(ctx, tasks)));
  }

  bell(kind: string) {
    return this.inTenant((ctx) =>
      ctx.tx
        .select()
        .from(notifications)
        .where(and(ofBusiness(ctx, notifications), eq(notifications.kind, kind as never))),
    );
  }

  /** As if the process were killed: from now on nothing of it reaches the database or the network. */
  abandon(): void {
    this.#gate.isShut = true;
  }

  async close(): Promise<void> {
    if (!this.#gate.isShut) await this.#stop();
    if (this.#ownsDatabase) await this.db.drop();
    rmSync(this.storageDir, { recursive: true, force: true });
  }

  async #stop(): Promise<void> {
    const ticker = setInterval(() => this.clock.advance(500), 5);
    await this.whatsapp.stop();
    await this.jobs.stop();
    clearInterval(ticker);
  }
}

const ofBusiness = (
  ctx: Ctx,
  table: {
    businessId:
      | typeof messages.businessId
      | typeof conversations.businessId
      | typeof tasks.businessId
      | typeof notifications.businessId;
  },
) => eq(table.businessId as typeof messages.businessId, ctx.businessId as BusinessId);
