import { and, eq, gt, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { announce } from "../db/announce.ts";
import type { Database, Tx } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { whatsappSessions, whatsappSettings } from "../db/schema/whatsapp.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { ChannelStatus, ProviderKind } from "./provider.ts";

/** What a person asks the holder of a session to do. */
export type SessionCommand = { id: string } & (
  | { kind: "logout" | "reconnect" }
  | { kind: "pairing_code"; phone: string }
);
export type CommandOutcome = { id: string; ok: true } | { id: string; ok: false; code: string };

/** A session that ought to be connected, as the database has it. */
export interface WantedSession {
  businessId: BusinessId;
  provider: ProviderKind;
  linkedAt: Temporal.Instant | null;
  owner: string | null;
  leaseUntil: Temporal.Instant | null;
  status: ChannelStatus | null;
  command: SessionCommand | null;
}

const patient = { deadlineMs: limits.jobQueryMs };

/**
 * All sessions that ought to be connected, of active businesses: those that somebody asked for, and every one with a sender
 * at Twilio, of its own or (`hasSender`) the installation's.
 */
export function wantedSessions(
  db: Database,
  { byDefault, hasSender }: { byDefault: ProviderKind; hasSender: boolean },
): Promise<WantedSession[]> {
  const provider = sql<ProviderKind>`coalesce(${whatsappSettings.provider}, ${byDefault})`;
  const isWanted = sql`coalesce(${whatsappSessions.wanted}, false) or (${provider} = 'twilio' and (${hasSender} or ${whatsappSettings.twilioNumber} is not null))`;
  return withSystem(
    db,
    async (tx) => {
      const rows = await tx
        .select({ businessId: businesses.id, provider, session: whatsappSessions })
        .from(businesses)
        .leftJoin(whatsappSessions, eq(whatsappSessions.businessId, businesses.id))
        .leftJoin(whatsappSettings, eq(whatsappSettings.businessId, businesses.id))
        .where(and(eq(businesses.status, "active"), isWanted));
      return rows.map(({ businessId, provider, session }) => ({
        businessId,
        provider,
        linkedAt: session?.linkedAt ?? null,
        owner: session?.owner ?? null,
        leaseUntil: session?.leaseUntil ?? null,
        status: (session?.status ?? null) as ChannelStatus | null,
        command: (session?.command ?? null) as SessionCommand | null,
      }));
    },
    patient,
  );
}

/** Takes the session, or keeps it: at most one process has it. False when another one does. */
export function takeLease(
  db: Database,
  businessId: BusinessId,
  owner: string,
  now: Temporal.Instant,
): Promise<boolean> {
  return withSystem(
    db,
    async (tx) => {
      const lease = { owner, leaseUntil: now.add({ milliseconds: limits.waLeaseMs }) };
      const { owner: holder, leaseUntil } = whatsappSessions;
      const taken = await tx
        .insert(whatsappSessions)
        .values({ businessId, ...lease })
        .onConflictDoUpdate({
          target: whatsappSessions.businessId,
          set: lease,
          setWhere: or(isNull(holder), eq(holder, owner), lt(leaseUntil, now))!,
        })
        .returning({ id: whatsappSessions.businessId });
      return taken.length > 0;
    },
    patient,
  );
}

/** @throws AppError "unavailable" while another process holds the business's session. */
export async function refuseElsewhere(
  { db, owner, clock }: { db: Database; owner: string; clock: Clock },
  businessId: BusinessId,
): Promise<void> {
  const { owner: holder, leaseUntil } = whatsappSessions;
  const elsewhere = await withSystem(
    db,
    (tx) =>
      tx
        .select({ holder })
        .from(whatsappSessions)
        .where(and(eq(whatsappSessions.businessId, businessId), ne(holder, owner), gt(leaseUntil, clock.instant()))),
    patient,
  );
  if (elsewhere.length > 0) throw new AppError("unavailable", "another process holds the session");
}

/** Gives the session up at once, for the next process. */
export async function dropLease(tx: Tx, businessId: BusinessId, owner: string): Promise<void> {
  await tx
    .update(whatsappSessions)
    .set({ owner: null, leaseUntil: null })
    .where(and(eq(whatsappSessions.businessId, businessId), eq(whatsappSessions.owner, owner)));
}

/** Keeps what the channel says of itself, and since when it is linked. */
export async function saveStatus(ctx: Ctx, status: ChannelStatus, now: Temporal.Instant): Promise<void> {
  const { linkedAt } = whatsappSessions;
  const linked =
    status.state === "open"
      ? sql`coalesce(${linkedAt}, ${now.toString()}::timestamptz)`
      : isUnlinked(status)
        ? null
        : linkedAt;
  await ctx.tx
    .update(whatsappSessions)
    .set({ status, linkedAt: linked, updatedAt: now })
    .where(eq(whatsappSessions.businessId, ctx.businessId));
  await announce(ctx.tx, { businessId: ctx.businessId, type: "whatsapp", id: ctx.businessId });
}

/** There is no login any more: it is waited for a new one, or a person had this one unlinked. */
const isUnlinked = ({ state, reason }: ChannelStatus): boolean => state === "needs_link" || reason === "unlinked";

/** The command is done: its outcome stands under its id. */
export async function saveOutcome(ctx: Ctx, outcome: CommandOutcome): Promise<void> {
  await ctx.tx
    .update(whatsappSessions)
    .set({ command: null, outcome })
    .where(
      and(eq(whatsappSessions.businessId, ctx.businessId), sql`${whatsappSessions.command}->>'id' = ${outcome.id}`),
    );
}
