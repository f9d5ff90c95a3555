import { neverHere } from "../base/assert.ts";
import { describeError } from "../base/errors.ts";
import type { CallSid } from "../base/ids.ts";
import { limits } from "../limits.ts";
import type { CallCore } from "./core.ts";
import type { CallEndReason } from "./journal.ts";
import { type Phase, type PhaseAction, type PhaseInput, stepPhase } from "./phase.ts";
import type { NextStep, PhoneControl } from "./phone-control.ts";

export interface LegDeps {
  callSid: CallSid;
  phone: PhoneControl;
  core: CallCore;
  /** Greet and listen: the stream is up. */
  begin(): void;
  /** The assistant is out: free the engine, stop the audio. Called once, on the way out of `PhoneLeg.up`. */
  release(): void;
  closeLine(): void;
  /** Write the end. Called exactly once. */
  finish(reason: CallEndReason): void;
  /** Runs a continuation so that a throw ends this call and nothing else. */
  guard(run: () => void): void;
}

/** The phone leg of one call: drives the phase table, asks the provider for redirect or hang-up, knows what comes next. */
export class PhoneLeg {
  readonly #deps: LegDeps;
  #phase: Phase = "answering";
  #redirected = false;
  #released = false;
  #dial: { to: string; label: string } | null = null;
  #failReason = "stream_lost";
  #redirectLogged = false;
  #failEnd: "fallback" | "bug" = "fallback";
  #endReason: CallEndReason | null = null;
  #hangUpPresumed = false;

  constructor(deps: LegDeps) {
    this.#deps = deps;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** The assistant is on the line, or about to be. */
  get up(): boolean {
    return this.#phase === "answering" || this.streaming;
  }

  /** Sound goes both ways. */
  get streaming(): boolean {
    return this.#phase === "streaming" || this.#phase === "parting";
  }

  attached(): void {
    this.#step("line_attached");
  }

  lineClosed(reason: "stop" | "closed" | "error"): void {
    if (this.#phase === "streaming" && reason === "stop") {
      // The likely meaning of `stop`, unless the provider asks what to do with a call that is still up.
      this.#endReason = "caller_hung_up";
      this.#hangUpPresumed = true;
      this.#failReason = "stream_stopped";
    }
    this.#step(reason === "stop" ? "line_stopped" : "line_broken");
  }

  providerEnded(): void {
    this.#hangUpPresumed = false;
    if (this.#phase === "handing_over") this.#endReason = "caller_hung_up";
    else if (!this.#redirected && this.#phase !== "ending") this.#endReason ??= "caller_hung_up";
    this.#step("provider_ended");
  }

  /** Out of the assistant's hands, into the recording flow. The first reason counts. */
  fail(reason: string, end: "fallback" | "bug" = "fallback"): void {
    if (!this.up && this.#phase !== "handing_over") return;
    this.#failReason = reason;
    this.#failEnd = end;
    this.#step("fail");
  }

  /** The last goodbye begins: from here on the phone call only ends. */
  part(reason: CallEndReason): void {
    if (this.#phase !== "streaming") return;
    this.#endReason = reason;
    this.#step("goodbye_begun");
  }

  hangUp(reason: CallEndReason): void {
    if (!this.up) return;
    this.#endReason = reason;
    this.#step("hang_up");
  }

  transfer(to: string, label: string): void {
    if (this.#phase !== "streaming") return;
    this.#dial = { to, label };
    this.#endReason = "transferred";
    this.#step("transfer_announced");
  }

  /** What the provider should do now that the stream is over; the same answer however often it asks. */
  next(): NextStep {
    if (this.#phase === "handing_over") {
      this.#step("next_asked");
      return { kind: "dial", ...this.#dial! };
    }
    if (this.#phase !== "ended") {
      const kind = this.#phase === "ending" || this.#phase === "parting" ? "hangup" : "fallback";
      if (kind === "fallback") {
        this.#endReason = this.#failEnd;
        this.#logRedirect();
      }
      this.#step("next_asked");
      return { kind };
    }
    return this.afterEnd;
  }

  /** The answer to a provider that asks again after the end. */
  get afterEnd(): NextStep {
    if (this.#endReason === "transferred" && this.#dial) return { kind: "dial", ...this.#dial };
    const isMissed = this.#hangUpPresumed || this.#endReason === "fallback" || this.#endReason === "bug";
    return { kind: isMissed ? "fallback" : "hangup" };
  }

  /** The deadline `next_step` is due. */
  nobodyAsked(): void {
    this.#step(this.#redirected || this.#phase === "ending" ? "given_up" : "nobody_asked");
  }

  /** Hangs up if the phone is still up, and waits for no answer. */
  letGo(): void {
    this.hangUp("shutdown");
    this.#step("given_up");
  }

  #step(input: PhaseInput): void {
    const [phase, action] = stepPhase(this.#phase, input);
    if (phase !== this.#phase) this.#deps.core.log.debug("CALL", "phase", { from: this.#phase, to: phase, input });
    this.#phase = phase;
    if (!this.up) this.#release();
    this.#act(action);
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#deps.release();
  }

  #act(action: PhaseAction): void {
    switch (action) {
      case "begin":
        this.#deps.begin();
        break;
      case "redirect":
        this.#endReason = this.#failEnd;
        this.#redirected = true;
        this.#logRedirect();
        this.#request((phone, callSid) => phone.redirectToFallback(callSid, this.#failReason));
        break;
      case "hang_up":
        this.#request((phone, callSid) => phone.hangUp(callSid));
        break;
      case "close_line":
        this.#expectQuestion(limits.nextStepMs); // first: it is waited for even when closing throws
        this.#deps.closeLine();
        break;
      case "await_next":
        this.#expectQuestion(limits.nextStepMs);
        break;
      case "await_word":
        this.#expectQuestion(limits.stoppedMs);
        break;
      case "finish":
        this.#deps.core.deadlines.disarmAll();
        try {
          this.#deps.closeLine();
        } finally {
          this.#deps.finish(this.#endReason ?? "fallback");
        }
        break;
      case "none":
        break;
      default:
        neverHere(action);
    }
  }

  #logRedirect(): void {
    if (this.#redirectLogged) return;
    this.#redirectLogged = true;
    this.#deps.core.log.warn("WATCHDOG_REDIRECT", `reason=${this.#failReason}`);
  }

  #expectQuestion(withinMs: number): void {
    this.#deps.core.arm("next_step", withinMs);
  }

  #request(run: (phone: PhoneControl, callSid: CallSid) => Promise<void>): void {
    this.#expectQuestion(limits.providerActionMs);
    // Started in a promise, so that a synchronous throw of the port is a failed request as well.
    Promise.resolve()
      .then(() => run(this.#deps.phone, this.#deps.callSid))
      .then(
        () => this.#deps.guard(() => this.#step("request_done")),
        (thrown: unknown) =>
          this.#deps.guard(() => {
            this.#deps.core.log.warn("CALL", "provider request failed", { error: describeError(thrown) });
            this.#step("request_failed");
          }),
      );
  }
}
