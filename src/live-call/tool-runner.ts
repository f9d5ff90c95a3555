import { describeError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import type { CallCore } from "./core.ts";
import type { ToolCall } from "./engine.ts";
import type { ToolOutcome } from "./tools.ts";

interface Running {
  call: ToolCall;
  abort: AbortController;
  startedMs: number;
}

export interface ToolRunnerEvents {
  /** Runs a continuation so that a throw ends this call and nothing else. */
  guard(run: () => void): void;
  /** A result went to the engine; `running` more are at work. */
  toolDone(outcome: ToolOutcome, running: number): void;
}

const problem = (code: string): string => JSON.stringify({ error: code });

/** Runs the model's tool calls side by side, each with a time limit, within a budget per turn and per call (K17). */
export class ToolRunner {
  readonly #core: CallCore;
  readonly #events: ToolRunnerEvents;
  readonly #running = new Map<string, Running>();
  #inTurn = 0;
  #inCall = 0;

  constructor(core: CallCore, events: ToolRunnerEvents) {
    this.#core = core;
    this.#events = events;
  }

  get running(): number {
    return this.#running.size;
  }

  /** The caller spoke: a new budget. */
  newTurn(): void {
    this.#inTurn = 0;
  }

  /** False when the budget is used up: the tool is answered with an error and the model must stop. */
  run(call: ToolCall): boolean {
    const { settings, engine } = this.#core;
    this.#inTurn++;
    this.#inCall++;
    if (!settings || this.#inTurn > limits.toolCallsPerTurnMax || this.#inCall > limits.toolCallsPerCallMax) {
      this.#core.event("tool_budget", { tool: call.name, in_turn: this.#inTurn, in_call: this.#inCall });
      engine.toolResult(call.id, problem("too_many_tool_calls"));
      return false;
    }
    if (this.#running.has(call.id)) return true;
    const running: Running = { call, abort: new AbortController(), startedMs: this.#core.nowMs() };
    this.#running.set(call.id, running);
    this.#armNext();
    // Started in a promise, so that a synchronous throw of the port is a failed tool as well.
    Promise.resolve()
      .then(() => settings.tools.run(call.name, call.argumentsJson, running.abort.signal))
      .then(
        (outcome) => this.#events.guard(() => this.#finish(running, outcome, true)),
        (thrown: unknown) =>
          this.#events.guard(() => {
            this.#core.log.error("CALL", "tool failed", { tool: call.name, error: describeError(thrown) });
            this.#finish(running, { output: problem("tool_failed") }, false);
          }),
      );
    return true;
  }

  /** The deadline `tool_give_up` is due: what has run for too long is aborted and answered with an error. */
  giveUp(): void {
    const now = this.#core.nowMs();
    for (const running of [...this.#running.values()]) {
      if (now - running.startedMs < limits.toolMs) continue;
      running.abort.abort();
      this.#finish(running, { output: problem("timeout") }, false);
    }
    this.#armNext();
  }

  /** The call is over: nothing is answered any more. */
  abortAll(): void {
    for (const running of this.#running.values()) running.abort.abort();
    this.#running.clear();
  }

  #finish(running: Running, outcome: ToolOutcome, ok: boolean): void {
    if (this.#running.get(running.call.id) !== running) return; // given up before, or the call is over
    this.#running.delete(running.call.id);
    const ms = Math.round(this.#core.nowMs() - running.startedMs);
    this.#core.event("tool", { tool: running.call.name, ms, ok });
    this.#core.engine.toolResult(running.call.id, outcome.output);
    this.#events.toolDone(outcome, this.#running.size);
  }

  #armNext(): void {
    const [oldest] = this.#running.values(); // insertion order is start order
    if (oldest) this.#core.deadlines.arm("tool_give_up", oldest.startedMs + limits.toolMs);
    else this.#core.deadlines.disarm("tool_give_up");
  }
}
