import { and, eq } from "drizzle-orm";
import { buildInstructions } from "../assistant/instructions.ts";
import { type CustomerMemory, loadMemory } from "../assistant/memory.ts";
import { createToolset, type ToolsetDeps } from "../assistant/toolset.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId, CallId, CustomerId } from "../base/ids.ts";
import { calls } from "../db/schema/call.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { CallSettings } from "../live-call/settings.ts";
import type { BusinessProfile, Directory } from "../tenants/directory.ts";
import { fillPlaceholders } from "../tenants/placeholders.ts";
import { withRecordingNotice } from "../tenants/recording-notice.he.ts";
import { transferTarget } from "../tenants/transfer-target.ts";

/** The call, and whose it is. */
export interface CallIds {
  callId: CallId;
  businessId: BusinessId;
}

interface Caller {
  customerId: CustomerId;
  memory: CustomerMemory;
}

/**
 * What one call needs of its business: the profile from memory, and what is known of the caller if the database says
 * so within `limits.callerMemoryMs`; without it the call goes on as with a stranger.
 * @throws AppError "not_found" when the business is not active any more.
 */
export async function callSettings(deps: ToolsetDeps, directory: Directory, ids: CallIds): Promise<CallSettings> {
  const profile = directory.get(ids.businessId);
  if (!profile) throw new AppError("not_found", "the business is not active");
  const caller = loadCaller(deps, profile, ids);
  caller.catch(() => {}); // asked again by the tools when the database is back
  const memory = await inTime(deps, caller);
  const { timezone: zone, city } = profile;
  const transferPhone = transferTarget(profile);
  const genericGreeting = generalGreeting(profile);
  return {
    ...ids,
    businessName: profile.name,
    assistantName: profile.assistantName,
    greeting: greetingFor(profile, memory?.card.name ?? ""),
    ...(genericGreeting === null ? {} : { genericGreeting }),
    instructions: buildInstructions({ profile, channel: "call", now: deps.clock.instant(), memory }),
    languages: [...profile.languages],
    keywords: [...profile.keywords],
    voice: profile.voice,
    tools: createToolset(deps, {
      businessId: ids.businessId,
      zone,
      city,
      customer: () => caller.catch(() => loadCaller(deps, profile, ids)).then(({ customerId }) => customerId),
      channel: "call",
      conversationId: ids.callId,
      callId: ids.callId,
      transfer: transferPhone === null ? null : { phone: transferPhone, label: profile.transferLabel ?? "" },
    }),
    record: profile.recordCalls && profile.callGreeting !== null, // nobody is recorded who was not told (K19)
    maxCallMs: limits.callMs,
  };
}

/** The greeting that every caller hears whose name is not known; null when there is none. */
export const generalGreeting = (profile: BusinessProfile): string | null => greetingFor(profile, "");

function greetingFor(profile: BusinessProfile, customerName: string): string | null {
  if (profile.callGreeting === null) return null;
  const greeting = fillPlaceholders(profile.callGreeting, {
    business_name: profile.name,
    assistant_name: profile.assistantName,
    customer_name: customerName,
    city: profile.city ?? "",
  });
  return profile.recordCalls ? withRecordingNotice(greeting, profile.languages) : greeting;
}

/** The customer whom the call's row names. @throws AppError "not_found" while that row is not written. */
function loadCaller(deps: ToolsetDeps, profile: BusinessProfile, ids: CallIds): Promise<Caller> {
  return withTenant(deps.db, ids.businessId, async (tx) => {
    const [row] = await tx
      .select({ customerId: calls.customerId })
      .from(calls)
      .where(and(eq(calls.businessId, ids.businessId), eq(calls.id, ids.callId)));
    if (!row?.customerId) throw new AppError("not_found", "the call is not in the log yet");
    const ctx = { businessId: ids.businessId, actor: { kind: "assistant" as const }, tx };
    const now = deps.clock.instant().toZonedDateTimeISO(profile.timezone);
    return { customerId: row.customerId, memory: await loadMemory(ctx, row.customerId, now) };
  });
}

/** Null when it is late or fails: the caller hears the greeting on time all the same. */
async function inTime({ clock }: ToolsetDeps, caller: Promise<Caller>): Promise<CustomerMemory | null> {
  const late = Promise.withResolvers<null>();
  const timer = clock.after(limits.callerMemoryMs, () => late.resolve(null));
  const known = caller.then(
    ({ memory }) => memory,
    () => null,
  );
  return Promise.race([known, late.promise]).finally(() => timer.cancel());
}
