import { limits } from "../limits.ts";
import { AnswerTrack } from "./answer-track.ts";
import { AnswerWatch } from "./answer-watch.ts";
import { AutoAnswer } from "./auto-answer.ts";
import { type After, Closing } from "./closing.ts";
import { Continuation } from "./continuation.ts";
import type { CallCore } from "./core.ts";
import type { AnswerOutcome, AnswerRequest, HeardCut, ToolCall } from "./engine.ts";
import { type Floor, type FloorAction, type FloorInput, stepFloor } from "./floor.ts";
import { type CutAnswer, Interruption } from "./interruption.ts";
import { TurnLatency } from "./latency.ts";
import type { PhoneLeg } from "./leg.ts";
import type { PhraseName } from "./phrases-text.ts";
import type { Cleared, Playout } from "./playout.ts";
import { Politeness } from "./politeness.ts";
import { Speaker } from "./speaker.ts";
import { ToolRunner } from "./tool-runner.ts";
import type { ToolOutcome } from "./tools.ts";
import type { Transcript } from "./transcript.ts";
import type { Vad } from "./vad/vad.ts";

export interface ConversationDeps {
  core: CallCore;
  leg: PhoneLeg;
  playout: Playout;
  transcript: Transcript;
  vad: Vad;
  /** Lets the caller through to the engine, beginning with what was held back. */
  openUplink(): void;
  /** The stop of the assistant was a mistake and is undone: worth a bit in the trace. */
  traceResumed(): void;
  guard(run: () => void): void;
  /** The caller hears the assistant for the first time, or again. */
  speaking(): void;
}

// Judged at the end of speech and when words come; in between this often.
const judgeEveryMs = 100;

/** The dialogue of one call: whose turn it is, what answer is in the making, what an interruption means. */
export class Conversation {
  readonly #core: CallCore;
  readonly #deps: ConversationDeps;
  readonly #playout: Playout;
  readonly #interruption = new Interruption();
  readonly #answers = new AnswerTrack();
  readonly #rest = new Continuation();
  readonly #politeness: Politeness;
  readonly #watch: AnswerWatch;
  readonly autoAnswer: AutoAnswer;
  readonly speaker: Speaker;
  readonly tools: ToolRunner;
  readonly closing: Closing;
  readonly latency: TurnLatency;
  #floor: Floor = "listening";
  #spoken = false; // the caller has heard the assistant, if only a filler
  /** Set by the silence watch: the caller has the floor from now on. */
  onListening: () => void = () => {};

  constructor(deps: ConversationDeps) {
    this.#deps = deps;
    this.#core = deps.core;
    this.#playout = deps.playout;
    this.autoAnswer = new AutoAnswer(deps.core);
    this.#politeness = new Politeness(deps.vad);
    this.speaker = new Speaker(deps.core, deps.playout, deps.transcript);
    this.#watch = new AnswerWatch({ ...deps, speaker: this.speaker });
    this.closing = new Closing(deps.core, deps.leg);
    this.latency = new TurnLatency(deps.core);
    this.tools = new ToolRunner(deps.core, {
      guard: deps.guard,
      toolDone: (outcome, running) => this.#toolDone(outcome, running),
    });
  }

  get floor(): Floor {
    return this.#floor;
  }

  /** Nothing is being said, made or judged: the caller is waited for. */
  get idle(): boolean {
    return this.#floor === "listening" && !this.#deps.vad.speaking && !this.#interruption.undecided;
  }

  /** Asks the engine for an answer and watches over it. @param waitedMs the caller has waited for it already. */
  request(request?: AnswerRequest, waitedMs = this.#waitedMs): void {
    if (this.closing.last) return;
    this.#core.engine.respond(request);
    this.#expect(waitedMs);
  }

  /** An answer will be asked for as soon as the engine is there: the caller's wait counts from now. */
  awaitEngine(): void {
    this.#expect();
  }

  /** Says a text of our own: from the cache, else through the engine. */
  say(text: string): void {
    if (!this.sayCached(text)) this.request({ say: text });
  }

  /** A text became available while the engine was asked for it: said now, unless anybody has spoken since. */
  sayInstead(text: string): boolean {
    if (this.#spoken || this.#floor !== "thinking" || this.#deps.vad.speaking) return false;
    this.#cancelAnswer([]);
    return this.sayCached(text);
  }

  /** False when the text is not rendered yet, or it is too late to say anything. */
  sayCached(text: string): boolean {
    if (this.closing.last || this.speaker.sayText(text) === null) return false;
    this.#step("audio_sent");
    return true;
  }

  /** Says the last sentence of the call, if it can be said; then, and in any case within `withinMs`, `after` happens. */
  lastWords(phrase: PhraseName, after: After, withinMs: number): void {
    if (!this.closing.setLast(after, withinMs)) return;
    if (this.#decided() !== null) this.#deps.transcript.settleCuts();
    this.#watch.stop();
    this.tools.abortAll();
    this.#answers.cancelled();
    if (this.speaker.say(phrase)) this.#step("audio_sent");
    else this.closing.perform();
  }

  // ── what the engine tells ────────────────────────────────────────────────────────────────────────────────────

  /** @param heard whether the caller was heard to speak, by our own ear, since the last turn. */
  callerTurn(itemId: string, heard: boolean): void {
    if (this.closing.last) return;
    if (this.autoAnswer.keysPressed) {
      this.#turnAmongKeys(itemId, heard);
      return;
    }
    this.latency.mark("caller_turn");
    if (!this.#playout.active) this.closing.cancel(); // the caller had something to say before the goodbye began
    this.tools.newTurn();
    this.#rest.callerTurn();
    this.#core.deadlines.disarm("missed_turn");
    this.#interruption.callerTurn(itemId);
    if (!this.#interruption.undecided) this.#expect();
  }

  callerText(itemId: string, text: string): void {
    if (!this.#interruption.worded(itemId)) return;
    if (this.#interruption.undecided) {
      this.#interruption.callerText(text);
      this.judge();
    } else if (this.#interruption.wordsAfterAll(text) && !this.closing.last) {
      this.#core.event("interruption", { verdict: "meant_after_all" });
      this.stop();
      this.request();
    }
  }

  answerStarted(id: string): void {
    if (this.closing.last) return;
    this.#answers.started(id);
    this.#core.deadlines.disarm("missed_turn");
    this.latency.mark("answer_started");
    if (this.#interruption.undecided) {
      this.#cancelAnswer([]);
      return;
    }
    this.#rest.drop();
    this.#step("answer_expected");
  }

  audio(itemId: string, payload: string): void {
    if (this.#answers.muted || this.closing.last) return;
    if (this.#answers.speaking(itemId) && !this.#beginSpeaking(itemId)) return;
    if (!this.#playout.write(itemId, payload, this.#core.nowMs())) this.#overflow(itemId);
    this.latency.mark("first_frame_sent");
    this.#step("audio_sent");
  }

  answerDone(outcome: AnswerOutcome): void {
    const end = this.#answers.ended(outcome);
    if (end === "late") return;
    this.#playout.finishAll(this.#core.nowMs());
    if (end === "empty") {
      this.#noAnswer(outcome.reason ?? outcome.status);
      return;
    }
    // Cancelled without a sound is the engine's own doing; should nothing follow, the caller's turn counts as missed.
    if (end === "cancelled") this.#core.arm("missed_turn", limits.missedTurnMs);
    if (end === "broken_off") {
      this.#core.event("answer_failed", { why: outcome.reason ?? outcome.status });
      this.#rest.brokeOff(this.#deps.transcript.words(this.#answers.item));
    }
    if (this.#busy || this.#playout.active) return;
    if (this.#rest.wanted) this.drained();
    else this.#step("answer_over");
  }

  toolCall(call: ToolCall): void {
    if (this.#answers.muted || this.closing.last) return;
    if (this.tools.run(call)) {
      this.#step("answer_expected");
      return;
    }
    this.#cancelAnswer([]);
    this.#giveUp("tool_budget");
  }

  // ── what the caller does ─────────────────────────────────────────────────────────────────────────────────────

  speechStarted(): void {
    this.#core.deadlines.disarm("missed_turn");
    this.#playout.settle(this.#core.nowMs());
  }

  /** @param words there were words since the last turn, and not only a cough or a breath. */
  speechEnded(words: boolean): void {
    this.latency.mark("speech_end");
    if (this.#interruption.undecided) this.judge();
    // The caller's silence began before the detector was sure of it.
    else if (words && this.#floor === "listening")
      this.#core.arm("missed_turn", limits.missedTurnMs - this.#deps.vad.pauseMs);
  }

  /** Stops the assistant at once, but for her last goodbye; whether that was right is judged afterwards. */
  bargeIn(): void {
    if (this.closing.farewell) return;
    const { vad } = this.#deps;
    const rms = Math.round(vad.levelRms);
    this.#core.log.info("BARGE-IN", `user speech detected (rms=${rms}, t=${this.#core.atMs()}) → cancelling response`);
    if (this.closing.last) {
      this.closing.perform(); // the excuse was being said: the recording flow listens better
      return;
    }
    const complete = !this.#answers.open;
    const { spoken } = this.closing;
    const after = this.closing.cancel();
    const cleared = this.#cut();
    // What follows the goodbye waits only for what the caller meant.
    const saidGoodbye = spoken && cleared.heard.length === 0;
    this.#core.event("barge_in", { rms, heard_ms: cleared.heard[0]?.heardMs ?? 0 });
    if (!saidGoodbye && cleared.heard.every((cut) => this.speaker.isFiller(cut.itemId))) {
      if (this.#busy) this.#step("answer_expected"); // only a filler was cut: the answer is still wanted
      if (after) this.closing.set(after, false);
      return;
    }
    this.#cancelAnswer(cleared.cuts);
    this.#deps.openUplink();
    this.autoAnswer.hold();
    this.#interruption.begin({ atMs: this.#core.nowMs(), remainder: cleared.remainder, complete, after });
    this.#core.arm("judge", judgeEveryMs);
  }

  /** A key was pressed: nobody is said goodbye to. Its tone may become a turn, which would be answered: not for a moment. */
  keyPressed(): void {
    this.closing.cancel();
    this.#interruption.keyPressed();
    this.autoAnswer.keyPressed();
  }

  /** Stops the assistant without a question, except in its last sentence: a key was pressed, the time is up. */
  stop(): void {
    this.#rest.drop();
    this.closing.cancel();
    if (this.#decided() !== null) this.#deps.transcript.settleCuts();
    if (this.closing.last || (!this.#playout.active && !this.#busy)) return;
    this.#cancelAnswer(this.#cut().cuts);
    this.#deps.transcript.settleCuts();
  }

  /** Was the interruption meant? Asked when speech ends, when words arrive, and every 100 ms. */
  judge(): void {
    if (!this.#interruption.undecided) return;
    const verdict = this.#interruption.judge(this.#deps.vad, this.#core.nowMs());
    if (verdict === "undecided") {
      this.#core.arm("judge", judgeEveryMs);
      return;
    }
    const cut = this.#decided();
    this.#core.event("interruption", { verdict });
    if (verdict === "false_stop" && cut) {
      if (cut.after) this.closing.set(cut.after, true); // happens at once when nothing is left to be heard
      this.#resume(cut.remainder, cut.complete);
      return;
    }
    this.#rest.drop();
    this.#deps.transcript.settleCuts();
    if (this.#interruption.turnTaken) this.request({}, this.#deps.vad.pauseMs);
    else if (!this.#deps.vad.speaking) this.#core.arm("missed_turn", limits.missedTurnMs);
  }

  /** The phone leg is gone: what was not heard by now never will be. */
  hungUp(): void {
    this.tools.abortAll();
    this.#cut();
    this.#deps.transcript.settleCuts();
  }

  // ── what the ledger tells ────────────────────────────────────────────────────────────────────────────────────

  itemBegan(itemId: string): void {
    this.#deps.transcript.began(itemId, this.#core.atMs());
    if (!this.speaker.isOwn(itemId)) this.latency.mark("first_heard");
  }

  itemHeard(itemId: string, heardMs: number): void {
    this.#deps.transcript.heard(itemId, heardMs, this.#core.atMs());
    this.speaker.heard(itemId, heardMs);
  }

  /** The caller has heard all there is. */
  drained(): void {
    if (this.#playout.active) return; // more came in the same tick
    const more = this.#busy;
    if (this.closing.pending && (this.closing.spoken || !more)) {
      this.closing.perform();
    } else if (!more && this.#rest.wanted) {
      this.request(this.#rest.take());
      this.#step("heard_all_more_coming");
    } else {
      this.#step(more ? "heard_all_more_coming" : "heard_all");
    }
  }

  // ── deadlines ────────────────────────────────────────────────────────────────────────────────────────────────

  fillerDue(): void {
    if (this.#watch.fillerDue(this.tools.running > 0)) this.#step("audio_sent");
  }

  /** A goodbye or transfer has waited long enough for its words; those that are being heard are heard to their end. */
  goodbyeDue(): void {
    this.closing.due(this.#playout.active ? this.#playout.endsMs + this.#playout.queuedMs : 0);
  }

  /** The engine has been away for a while: the caller is told, unless something is being said anyway. */
  lineTrouble(): void {
    if (this.#watch.lineTrouble()) this.#step("audio_sent");
  }

  retryDue(): void {
    if (this.#watch.mayRetry()) {
      this.#core.event("answer_retry", { why: "slow" });
      this.#dropAnswer([]);
      this.request();
    }
  }

  giveUpDue(): void {
    if (this.closing.pending) return this.closing.perform(); // what was decided needs no answer
    this.#cancelAnswer([]);
    this.#deps.leg.fail("no_answer");
  }

  /** The caller was heard to finish and the engine has not noticed. */
  missedTurnDue(): void {
    if (!this.idle || this.closing.pending) return;
    this.#core.event("missed_turn");
    this.request({ takeTurn: true });
    this.#core.deadlines.armNoLater("filler", this.#core.nowMs()); // the caller has waited as long as V21 allows
  }

  // ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** An answer or a tool is at work. */
  get #busy(): boolean {
    return this.#answers.open || this.tools.running > 0;
  }

  /** Ends the matter of an interruption: answers are automatic again, unless a key's tone would be answered. */
  #decided(): CutAnswer | null {
    const cut = this.#interruption.decided();
    this.#core.deadlines.disarm("judge");
    this.autoAnswer.decided();
    return cut;
  }

  /** The caller's wait began with his last word, however late it is taken for a turn. A sound of long ago is none: null. */
  get #waitedMs(): number | null {
    const { utteranceMs, pauseMs } = this.#deps.vad;
    return utteranceMs > 0 && pauseMs < limits.missedTurnMs ? pauseMs : null;
  }

  #expect(waitedMs = this.#waitedMs): void {
    this.#answers.expect();
    this.#step("answer_expected", waitedMs);
  }

  /** An answer begins to speak. False: it is dropped, because the caller is in the middle of a sentence. */
  #beginSpeaking(itemId: string): boolean {
    if (!this.#playout.active && this.#politeness.yields()) {
      this.#core.event("answer_dropped", { why: "caller_speaking" });
      this.closing.cancel();
      this.#cancelAnswer([{ itemId, heardMs: 0, receivedMs: 0 }]);
      this.#step("caller_interrupted");
      return false;
    }
    this.#politeness.spoke();
    this.latency.mark("first_delta");
    this.#watch.succeeded();
    this.closing.speaking();
    return true;
  }

  /** The engine took a turn while keys were pressed: a tone, unless the caller was heard to speak as well. */
  #turnAmongKeys(itemId: string, heard: boolean): void {
    this.#core.event("turn_among_keys", { heard });
    this.#interruption.callerTurn(itemId, heard);
    if (heard && !this.#interruption.undecided) this.request();
  }

  #noAnswer(why: string): void {
    const goodbyeSaid = this.closing.pending;
    if (!goodbyeSaid || why !== "completed") this.#core.event("answer_failed", { why });
    if (goodbyeSaid) this.#nothingToAdd();
    else if (this.#watch.mayRetry()) this.request();
    else this.#giveUp("no_answer");
  }

  /** The goodbye was said along with the tool call and nothing follows it: it is heard out. */
  #nothingToAdd(): void {
    this.closing.speaking();
    if (!this.#playout.active) this.closing.perform();
  }

  /** Excuses itself, if it can, and leaves the caller to the recording flow. */
  #giveUp(reason: string): void {
    this.lastWords("apology", { kind: "fallback", reason }, limits.goodbyeMs);
  }

  #toolDone(outcome: ToolOutcome, running: number): void {
    if (outcome.afterwards) this.closing.plan(outcome.afterwards, this.#answers.spoke);
    if (running > 0) return;
    this.#answers.expect(); // with all results in, the engine goes on by itself
    if (this.closing.pending && this.closing.spoken && !this.#playout.active) this.closing.perform();
    else this.#step("answer_expected");
  }

  #overflow(itemId: string): void {
    this.#core.event("answer_too_long", { item: itemId });
    this.#dropAnswer([]);
    this.#playout.finishAll(this.#core.nowMs());
  }

  #cut(): Cleared {
    const cleared = this.#playout.clear(this.#core.nowMs());
    for (const { itemId, heardMs, receivedMs } of cleared.heard) {
      this.#deps.transcript.cut(itemId, heardMs, receivedMs, this.#core.atMs());
      this.speaker.heard(itemId, heardMs);
    }
    this.latency.mark("cancelled");
    this.#step("caller_interrupted");
    return cleared;
  }

  #cancelAnswer(cuts: readonly HeardCut[]): void {
    this.#watch.stop();
    this.#dropAnswer(cuts);
  }

  #dropAnswer(cuts: readonly HeardCut[]): void {
    this.#answers.cancelled();
    this.#core.engine.interrupt(cuts);
  }

  #resume(remainder: Cleared["remainder"], complete: boolean): void {
    this.#deps.traceResumed();
    if (!complete) this.#rest.stopped(remainder.map(({ itemId }) => this.#deps.transcript.words(itemId)).join(" "));
    for (const rest of remainder) this.speaker.resume(rest);
    if (this.#playout.active) this.#step("audio_sent");
    else this.drained();
  }

  #step(input: FloorInput, waitedMs: number | null = null): void {
    const [floor, action] = stepFloor(this.#floor, input);
    this.#floor = floor;
    this.#act(action, input === "heard_all_more_coming" ? this.#core.nowMs() - this.#playout.endsMs : waitedMs);
  }

  /** @param silentMs since the last word of the assistant, when she is in the middle of something, or of the caller. */
  #act(action: FloorAction, silentMs: number | null): void {
    if (action === "none") return;
    if (action === "wait_for_audio") {
      if (this.tools.running > 0) this.#watch.waitForTool(silentMs);
      else this.#watch.wait(silentMs);
    } else if (action === "speak") {
      this.#spoken = true;
      this.#watch.holdFiller();
      this.#deps.speaking();
    } else {
      this.#watch.stop();
      this.latency.finish();
      this.onListening();
    }
    if (action !== "listen") this.#core.deadlines.disarm("caller_silent");
  }
}
