import type { z } from "zod";
import type { CallId, CustomerId } from "../../base/ids.ts";
import type { Log } from "../../base/log.ts";
import type { Phone } from "../../base/phone.ts";
import type { RestCalendars } from "../../calendar/availability.ts";
import type { ToolOutcome } from "../../live-call/tools.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import type { Hearing } from "../hearing.ts";

export type Channel = "call" | "whatsapp" | "chat";

/** Where a tool acts. Everything here was bound before the model spoke; its arguments can choose none of it. */
export interface Desk {
  ctx: Ctx;
  customerId: CustomerId;
  channel: Channel;
  conversationId: string;
  callId: CallId | null;
  /** Where a call may be handed to: a number that a person verified in the panel. */
  transfer: { phone: Phone; label: string } | null;
  /** Of the business, in its zone. */
  now: Temporal.ZonedDateTime;
  hearing: Hearing;
  restCalendars: RestCalendars;
  log: Log;
  /** What has happened in this conversation so far. */
  memory: DeskMemory;
}

/** Lives as long as the toolset: a call, or one turn of a chat. */
export interface DeskMemory {
  transferred: boolean;
  /** What was done to the customer's meetings, so that the assistant may say so and nothing else. */
  changes: CalendarChange[];
  /** Slots that the customer named and that were looked up: the talk may go on to other times. */
  checked: Set<string>;
  /** The meeting that the customer was asked whether to cancel, and in which turn: the answer comes in a later one. */
  askedToCancel: { meetingId: string; turn: number } | null;
  /** Texts that tools gave the model: what it may quote. */
  quotable: string[];
}

export interface CalendarChange {
  /** The meeting's start, local wall time: the new one of a moved meeting. */
  local: string;
  /** The rule's own sentence for it. */
  say: string;
}

export interface ToolAnswer {
  /** Goes to the model as JSON. `say` and `ask` are sentences for the customer. */
  result: Record<string, unknown>;
  /** What the channel does once the answer was said. */
  afterwards?: ToolOutcome["afterwards"];
}

export interface Tool {
  name: string;
  description: string;
  input: z.ZodType;
  /** It compares its arguments with what the customer said, so it waits for the words (phone). */
  listens: boolean;
  /** @throws AppError when it cannot be done; the model is told the code. */
  run(desk: Desk, input: unknown): Promise<ToolAnswer>;
}

/** Gives a tool's handler the type of its parsed input. */
export function defineTool<I extends z.ZodType>(tool: {
  name: string;
  description: string;
  input: I;
  listens?: boolean;
  run(desk: Desk, input: z.output<I>): Promise<ToolAnswer>;
}): Tool {
  const { run } = tool;
  return { ...tool, listens: tool.listens ?? false, run: (desk, input) => run(desk, input as z.output<I>) };
}
