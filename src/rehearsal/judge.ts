import { and, eq, isNotNull } from "drizzle-orm";
import { neverHere } from "../base/assert.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { RehearsalCheck, RehearsalLine } from "../db/schema/rehearsal.ts";
import { tasks } from "../db/schema/task.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** What a rehearsal left behind. */
export interface Outcome {
  transcript: readonly RehearsalLine[];
  /** Local times (HH:MM) of the meetings that were booked. */
  booked: readonly string[];
  tasks: number;
}

/** Reads what came of it in the scratch tenant: every meeting of a customer there is the rehearsal's. */
export async function readOutcome(ctx: Ctx, transcript: readonly RehearsalLine[], zone: string): Promise<Outcome> {
  const { tx, businessId } = ctx;
  const booked = await tx
    .select({ startsAt: meetings.startsAt })
    .from(meetings)
    .where(and(eq(meetings.businessId, businessId), eq(meetings.status, "booked"), isNotNull(meetings.customerId)));
  const left = await tx.select({ id: tasks.id }).from(tasks).where(eq(tasks.businessId, businessId));
  return {
    transcript,
    booked: booked.map(({ startsAt }) => startsAt.toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 5)),
    tasks: left.length,
  };
}

/** Whether a check is met. Texts are compared without regard to case and to how many blanks stand between words. */
export function isMet(check: RehearsalCheck, { transcript, booked, tasks: left }: Outcome): boolean {
  const said = () => plain(transcript.flatMap(({ author, text }) => (author === "assistant" ? [text] : [])).join("\n"));
  switch (check.kind) {
    case "meeting":
      if (!check.booked) return booked.length === 0;
      return check.time === undefined ? booked.length > 0 : booked.includes(check.time);
    case "says":
      return said().includes(plain(check.text));
    case "never_says":
      return !said().includes(plain(check.text));
    case "tool":
      return transcript.some(({ tools }) => tools.includes(check.name));
    case "task":
      return left > 0;
    default:
      return neverHere(check);
  }
}

const plain = (text: string): string => text.toLowerCase().replace(/\s+/g, " ");
