import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import type { BusinessId, CallId, CustomerId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import type { RestCalendars } from "../calendar/availability.ts";
import { keptAs } from "../crm/customers/merge.ts";
import { createTask } from "../crm/tasks/create-task.ts";
import type { Database } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { ToolDefinition } from "../live-call/engine.ts";
import type { CallTools, ToolOutcome } from "../live-call/tools.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { Hearing } from "./hearing.ts";
import { sentences } from "./sentences.he.ts";
import { tools } from "./tools/registry.ts";
import type { Channel, Desk, DeskMemory, Tool, ToolAnswer } from "./tools/tool.ts";

export interface ToolsetDeps {
  db: Database;
  clock: Clock;
  log: Log;
  restCalendars: RestCalendars;
}

/** To whom a toolset is bound, before the model hears of it. */
export interface ToolsetScope {
  businessId: BusinessId;
  zone: string;
  city: string | null;
  /** Who is being talked to; asked for at the first tool call, once. May reject while the database is away. */
  customer: () => Promise<CustomerId>;
  channel: Channel;
  /** The call's id or the written conversation's. */
  conversationId: string;
  callId: CallId | null;
  /** From the business's settings: a number that a person verified. */
  transfer: { phone: Phone; label: string } | null;
}

export interface Toolset extends Required<CallTools> {
  readonly hearing: Hearing;
  readonly memory: DeskMemory;
  /** An urgent task for staff: the assistant could not finish what this customer wants. Once per conversation and day: written ones never end. */
  leaveTask(): Promise<void>;
  /** Runs `work` at the desk of this toolset, in one transaction of its business; what the tools themselves use. */
  atDesk<T>(work: (desk: Desk) => Promise<T>): Promise<T>;
}

const byName = new Map(tools.map((tool) => [tool.name, tool]));

/** What every model is told of the tools: JSON Schema of the arguments. */
export const toolDefinitions: readonly ToolDefinition[] = tools.map(({ name, description, input }) => {
  const { $schema: _schema, ...parameters } = z.toJSONSchema(input, { io: "input" });
  return { name, description, parameters };
});

export function createToolset(deps: ToolsetDeps, scope: ToolsetScope): Toolset {
  return new BoundTools(deps, scope);
}

class BoundTools implements Toolset {
  readonly definitions = toolDefinitions;
  readonly hearing: Hearing;
  readonly memory: DeskMemory = {
    transferred: false,
    changes: [],
    checked: new Set(),
    askedToCancel: null,
    quotable: [],
  };
  readonly #deps: ToolsetDeps;
  readonly #scope: ToolsetScope;
  readonly #log: Log;
  #customer: Promise<CustomerId> | null = null;
  #turn = 0;
  #inTurn = 0;
  #inAll = 0;
  #gaveUp = false;
  /** Tools of one conversation run one after the other: two of them could take two slots for one wish. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(deps: ToolsetDeps, scope: ToolsetScope) {
    this.#deps = deps;
    this.#scope = scope;
    this.#log = deps.log.child({ biz: scope.businessId, conversation: scope.conversationId });
    this.hearing = new Hearing({ clock: deps.clock, log: this.#log, zone: scope.zone, city: scope.city });
  }

  heard(role: "caller" | "assistant", text: string): void {
    if (role === "assistant") return this.hearing.assistant(text);
    this.hearing.customer(text);
  }

  turnTaken(): void {
    this.hearing.turnTaken();
  }

  run(name: string, argumentsJson: string, signal: AbortSignal): Promise<ToolOutcome> {
    const run = this.#queue.then(() => this.#runOne(name, argumentsJson, signal));
    this.#queue = run;
    return run;
  }

  async atDesk<T>(work: (desk: Desk) => Promise<T>): Promise<T> {
    const { db, clock, restCalendars } = this.#deps;
    const { businessId, zone, channel, conversationId, callId, transfer } = this.#scope;
    const known = await this.#knownCustomer();
    return withTenant(db, businessId, async (tx) => {
      const ctx: Ctx = { businessId, actor: { kind: "assistant" }, tx };
      const customerId = await keptAs(ctx, known); // staff may merge whom they see talking
      const now = clock.instant().toZonedDateTimeISO(zone);
      const { hearing, memory } = this;
      const log = this.#log;
      return work({
        ctx,
        customerId,
        channel,
        conversationId,
        callId,
        transfer,
        now,
        hearing,
        restCalendars,
        log,
        memory,
      });
    });
  }

  /** Never rejects: what goes wrong is an answer for the model, without any detail of the house. */
  async #runOne(name: string, argumentsJson: string, signal: AbortSignal): Promise<ToolOutcome> {
    const tool = byName.get(name);
    if (signal.aborted) return failure("aborted");
    if (this.#turn !== this.hearing.turn) this.#inTurn = 0;
    this.#turn = this.hearing.turn;
    if (++this.#inTurn > limits.toolCallsPerTurnMax || ++this.#inAll > limits.toolCallsPerCallMax)
      return this.#overBudget(name);
    if (tool === undefined) return failure("unknown_tool");
    const read = readArguments(tool, argumentsJson);
    if (read.kind === "bad") return failure("invalid_arguments", { detail: read.detail });
    try {
      if (tool.listens && this.#scope.channel === "call") await this.hearing.caughtUp();
      if (signal.aborted) return failure("aborted");
      const answer = await this.atDesk((desk) => tool.run(desk, read.input));
      return outcome(answer);
    } catch (error) {
      const code = error instanceof AppError ? error.code : "bug";
      this.#log.warn("NLP", "tool failed", { tool: name, code, error: describeError(error) });
      return failure(code === "unavailable" ? "unavailable" : "failed", { say: sentences.toolFailed });
    }
  }

  /** The model goes round in circles: it is told to stop, and staff gets the customer, once (F22). */
  async #overBudget(name: string): Promise<ToolOutcome> {
    this.#log.warn("NLP", "too many tool calls", { tool: name, in_turn: this.#inTurn, in_all: this.#inAll });
    if (!this.#gaveUp) {
      this.#gaveUp = true;
      await this.leaveTask().catch((error: unknown) =>
        this.#log.error("NLP", "no task for a stuck conversation", { error: describeError(error) }),
      );
    }
    return failure("too_many_tool_calls", { say: sentences.tooManySteps });
  }

  async leaveTask(): Promise<void> {
    await this.atDesk(({ ctx, customerId, callId, conversationId, now }) =>
      createTask(ctx, {
        title: sentences.taskStuck,
        customerId,
        ...(callId === null ? {} : { callId }),
        urgency: "urgent",
        sourceKey: `stuck:${conversationId}:${now.toPlainDate()}`,
      }),
    );
  }

  #knownCustomer(): Promise<CustomerId> {
    this.#customer ??= this.#scope.customer().catch((error: unknown) => {
      this.#customer = null;
      throw error;
    });
    return this.#customer;
  }
}

type ReadArguments = { kind: "good"; input: unknown } | { kind: "bad"; detail: string };

function readArguments(tool: Tool, json: string): ReadArguments {
  if (json.length > limits.toolArgumentsChars) return { kind: "bad", detail: "too long" };
  let raw: unknown;
  try {
    raw = JSON.parse(json === "" ? "{}" : json);
  } catch {
    return { kind: "bad", detail: "not JSON" };
  }
  const parsed = tool.input.safeParse(raw);
  if (parsed.success) return { kind: "good", input: parsed.data };
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".")}: ${issue.message}`.slice(0, 200));
  return { kind: "bad", detail: issues.join("; ") };
}

const failure = (code: string, more: Record<string, unknown> = {}): ToolOutcome => ({
  output: JSON.stringify({ error: code, ...more }),
});

function outcome({ result, afterwards }: ToolAnswer): ToolOutcome {
  const output = JSON.stringify(result);
  return afterwards === undefined ? { output } : { output, afterwards };
}
