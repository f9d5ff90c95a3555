/** A wish for an answer. `continue` follows tool results; `say` speaks exactly its text. */
export type Ask = { kind: "plain"; instructions?: string } | { kind: "say"; text: string } | { kind: "continue" };

export type SequencerState = "idle" | "requested" | "active";
export type SequencerInput = "ask" | "created" | "done" | "done_first" | "busy" | "refused" | "interrupt";
type Action = "none" | "send" | "hold" | "adopt" | "supersede" | "next" | "retry_later" | "cancel";

/**
 * One answer in flight. `requested`: asked for, the server has not begun. `active`: the server has begun one, ours or
 * its own (it answers by itself when the caller's turn ends). Every pair is listed.
 */
export const sequencerTable: Record<SequencerState, Record<SequencerInput, readonly [SequencerState, Action]>> = {
  idle: {
    ask: ["requested", "send"],
    created: ["active", "adopt"],
    done: ["idle", "none"],
    done_first: ["idle", "none"],
    // The server refused its own answer because of one that we believe is over: ask again, now.
    busy: ["requested", "send"],
    refused: ["idle", "none"],
    interrupt: ["idle", "none"],
  },
  requested: {
    ask: ["requested", "hold"],
    created: ["active", "adopt"],
    done: ["requested", "none"],
    done_first: ["requested", "none"],
    busy: ["active", "retry_later"],
    refused: ["idle", "next"],
    interrupt: ["requested", "cancel"],
  },
  active: {
    ask: ["active", "hold"],
    created: ["active", "supersede"],
    done: ["idle", "next"],
    // That was the server's own answer; the one we asked for is still on its way.
    done_first: ["requested", "none"],
    busy: ["active", "retry_later"],
    refused: ["active", "none"],
    interrupt: ["active", "cancel"],
  },
};

interface Request {
  ask: Ask;
  requestId: string;
  generation: number;
}

export interface SequencerPort {
  create(ask: Ask, requestId: string): void;
  cancel(): void;
}

// More waiting answers than this is a caller who would listen for minutes: the newest are refused.
const heldMax = 8;

/**
 * Holds `response.create` back until the answer in flight is over, and knows which answer's audio still counts.
 * Each interruption starts a new generation; what belongs to an older one is dropped when it arrives.
 */
export class Sequencer {
  readonly #port: SequencerPort;
  #state: SequencerState = "idle";
  #held: Ask[] = [];
  #sent: Request | null = null;
  /** The answer in flight; null while active only when the server spoke of one that it has not named yet. */
  #current: { responseId: string; ask: Ask; generation: number } | null = null;
  #generation = 0;
  #requests = 0;
  #cancelled = false;
  #paused = false;
  /** The server names our requests. Until it has, what begins after a request is taken for it: not every server does. */
  #echoes = false;
  /** The request that an unnamed answer was taken for. */
  #assumed: Request | null = null;

  constructor(port: SequencerPort) {
    this.#port = port;
  }

  get state(): SequencerState {
    return this.#state;
  }

  /** Nothing in flight and nothing waiting. */
  get atRest(): boolean {
    return this.#state === "idle" && this.#held.length === 0;
  }

  /** Whether output of this response is still wanted. */
  accepts(responseId: string): boolean {
    return this.#current?.responseId === responseId && this.#current.generation === this.#generation;
  }

  /** False when too many answers wait already. */
  ask(ask: Ask): boolean {
    if (ask.kind === "continue" && this.#paused) return this.#hold(ask);
    return this.#step("ask") === "send" ? this.#send(ask) : this.#hold(ask);
  }

  /** Several wishes at once: what one answer can serve becomes one answer. */
  askAll(asks: readonly Ask[]): void {
    for (const ask of asks) this.#hold(ask);
    this.resume();
  }

  /** What is still wanted and not done, for a session that takes over; `begun` = the answer in flight has its output. */
  unfinished(begun: boolean): Ask[] {
    const inFlight = this.#sent ?? (begun ? null : this.#current);
    return inFlight?.generation === this.#generation ? [inFlight.ask, ...this.#held] : [...this.#held];
  }

  /**
   * The server began an answer. `requestId` is what it echoes of ours, null for its own.
   * Returns the id of the answer that this one replaces although its end was never told.
   */
  created(responseId: string, requestId: string | null): string | null {
    const replaced = this.#current?.responseId ?? null;
    const ours = this.#claim(requestId);
    const { ask, generation } = ours ?? { ask: { kind: "plain" } as const, generation: this.#generation };
    this.#step("created");
    if (ours !== null && ours === this.#sent) this.#sent = null;
    // An answer that the server began by itself sees everything that plain requests were waiting to have answered.
    if (ours === null) this.#held = this.#held.filter((held) => held.kind === "say");
    this.#current = { responseId, ask, generation };
    this.#cancelled = generation !== this.#generation;
    return replaced === responseId ? null : replaced;
  }

  /** The answer is over. Late news of another one changes nothing. */
  done(responseId: string): void {
    if (this.#state === "active" && this.#current !== null && this.#current.responseId !== responseId) return;
    if (this.#step(this.#sent === null ? "done" : "done_first") === "next") this.#next();
  }

  /** The server refused to begin an answer because another is active: ours (`requestId`) or its own (null). */
  busy(requestId: string | null): void {
    this.#disclaim(requestId);
    const refused = this.#sent !== null && this.#sent.requestId === requestId ? this.#sent : null;
    if (requestId !== null && refused === null) return;
    if (refused !== null && refused.generation !== this.#generation) {
      this.refused(refused.requestId);
      return;
    }
    const ask: Ask = refused?.ask ?? { kind: "plain" };
    if (this.#step("busy") === "send") this.#send(ask);
    else this.#hold(ask);
    if (refused !== null) this.#sent = null;
  }

  /** Our request was rejected. False when it is not one of ours. */
  refused(requestId: string | null): boolean {
    if (requestId === null || this.#sent?.requestId !== requestId) return false;
    this.#sent = null;
    if (this.#step("refused") === "next") this.#next();
    return true;
  }

  /** Drops the answer in flight and what waits behind it; only the answer to tool results stays wanted. */
  interrupt(): void {
    this.#generation++;
    this.#held = this.#held.filter((ask) => ask.kind === "continue");
    if (this.#step("interrupt") !== "cancel" || this.#cancelled) return;
    this.#cancelled = true;
    // Sent although the server may not have begun: it works in order, so this reaches the answer just asked for.
    this.#port.cancel();
  }

  /** While paused, answers to tool results wait: it is undecided whether the caller wants to go on at all. */
  pause(on: boolean): void {
    this.#paused = on;
  }

  /** Sends what waits, if nothing is in flight. */
  resume(): void {
    if (this.#state === "idle") this.#next();
  }

  /** Which request of ours an answer belongs to. */
  #claim(requestId: string | null): Request | null {
    this.#echoes ||= requestId !== null;
    if (!this.#echoes) {
      this.#assumed = this.#sent;
      return this.#sent;
    }
    const ours = [this.#sent, this.#assumed].find((request) => request?.requestId === requestId) ?? null;
    if (ours === this.#assumed) this.#assumed = null;
    return ours;
  }

  /** A refusal of the request that an unnamed answer was taken for: that answer is the server's own after all. */
  #disclaim(requestId: string | null): void {
    if (this.#assumed === null || this.#assumed.requestId !== requestId) return;
    this.#sent ??= this.#assumed;
    this.#assumed = null;
    if (this.#current === null) return;
    this.#current = { ...this.#current, ask: { kind: "plain" }, generation: this.#generation };
    this.#cancelled = false;
  }

  #step(input: SequencerInput): Action {
    const [next, action] = sequencerTable[this.#state][input];
    this.#state = next;
    if (next !== "active") this.#current = null;
    if (next === "idle") this.#cancelled = false;
    return action;
  }

  #send(ask: Ask): true {
    const requestId = `r${++this.#requests}`;
    this.#sent = { ask, requestId, generation: this.#generation };
    this.#port.create(ask, requestId);
    return true;
  }

  #hold(ask: Ask): boolean {
    const unspecific = ask.kind === "continue" || (ask.kind === "plain" && ask.instructions === undefined);
    // One answer serves all that only want the assistant to go on.
    if (unspecific && this.#held.some((held) => held.kind === ask.kind)) return true;
    if (this.#held.length >= heldMax) return false;
    this.#held.push(ask);
    return true;
  }

  #next(): void {
    const index = this.#held.findIndex((ask) => ask.kind !== "continue" || !this.#paused);
    const [ask] = index < 0 ? [] : this.#held.splice(index, 1);
    if (ask === undefined) return;
    if (ask.kind !== "say") this.#held = this.#held.filter((held) => held.kind === "say");
    this.#step("ask");
    this.#send(ask);
  }
}
