import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { audioOf, type EngineCommand, type ScriptedEngine } from "./scripted-engine.ts";

/** How often things go wrong, 0..1 each. */
export interface EngineFaults {
  /** The answer fails without a sound. */
  empty: number;
  /** Nothing comes at all. */
  mute: number;
  /** Audio goes on after the answer was cancelled. */
  lateAudio: number;
  /** The connection is lost during the answer and comes back within 3 s. */
  drop: number;
  /** The connection is lost for good. */
  lost: number;
  tool: number;
}

interface Making {
  id: string;
  tag: number;
  cancelled: boolean;
}

const tags = { first: 0x01, last: 0x4f };

/**
 * A model that lives by the clock: takes the caller's turn when told to, answers by itself or when asked, one answer
 * at a time, several times faster than it is heard, and fails as often as `faults` says. Every answer's audio is made
 * of one byte value, so that a test can tell whose sound was heard.
 */
export class ReactingEngine {
  /** Tag of the answer that was stopped, by the moment at which it was. */
  readonly stopped: { tag: number; atMs: number }[] = [];
  readonly #engine: ScriptedEngine;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: EngineFaults;
  #autoAnswer = true;
  #making: Making | null = null;
  #wanted = false;
  #count = 0;
  #turns = 0;

  constructor(engine: ScriptedEngine, clock: Clock, random: Random, faults: EngineFaults) {
    this.#engine = engine;
    this.#clock = clock;
    this.#random = random;
    this.#faults = { ...faults };
    engine.onCommand = (command) => this.#react(command);
  }

  /** The caller's words are over: they become a turn, and an answer if the engine is allowed to give one. */
  callerSaid(text: string): void {
    if (this.#engine.state !== "ready") return;
    const itemId = `turn${this.#turns++}`;
    this.#engine.turn(itemId);
    const emit = this.#engine.emit;
    this.#later(200 + this.#random() * 2_000, () => emit.transcript({ role: "caller", itemId, text, final: true }));
    if (this.#autoAnswer && this.#engine.state === "ready") this.#want();
  }

  /** From now on nothing goes wrong. */
  heal(): void {
    for (const fault of Object.keys(this.#faults) as (keyof EngineFaults)[]) this.#faults[fault] = 0;
  }

  #react(command: EngineCommand): void {
    if (command.do === "open") this.#later(200 + this.#random() * 600, () => this.#engine.ready());
    else if (command.do === "respond" || command.do === "toolResult") this.#want();
    else if (command.do === "autoAnswer") this.#autoAnswer = command.on;
    else if (command.do === "interrupt") this.#interrupt();
  }

  #interrupt(): void {
    this.#wanted = false;
    const making = this.#making;
    if (!making || making.cancelled) return;
    making.cancelled = true;
    this.stopped.push({ tag: making.tag, atMs: this.#clock.nowMs() });
  }

  #want(): void {
    this.#wanted = true;
    if (!this.#making) this.#later(100 + this.#random() * 900, () => this.#begin());
  }

  #later(ms: number, run: () => void): void {
    this.#clock.after(ms, () => {
      if (this.#engine.state !== "closed" && this.#engine.state !== "lost") run();
    });
  }

  #happens(fault: keyof EngineFaults): boolean {
    return this.#random() < this.#faults[fault];
  }

  #begin(): void {
    if (!this.#wanted || this.#making || this.#engine.state !== "ready") return;
    this.#wanted = false;
    if (this.#happens("mute")) return;
    const tag = tags.first + (this.#count % (tags.last - tags.first));
    const making = { id: `answer${this.#count++}`, tag, cancelled: false };
    this.#making = making;
    this.#engine.begin(making.id);
    if (this.#happens("empty")) this.#end(making, "failed", false);
    else if (this.#happens("lost")) this.#lose();
    else if (this.#happens("tool")) this.#callTool(making);
    else this.#speak(making, 1 + Math.floor(this.#random() * 20));
  }

  #callTool(making: Making): void {
    this.#engine.emit.toolCall({ id: `call-${making.id}`, name: "look", argumentsJson: "{}" });
    this.#end(making, "completed", true);
  }

  /** One piece of 200 ms every 50 ms. */
  #speak(making: Making, pieces: number): void {
    if (making.cancelled && !this.#happens("lateAudio")) return this.#end(making, "cancelled", true);
    this.#engine.speak(making.id, audioOf(making.tag, 200));
    if (this.#happens("drop")) return this.#drop(making);
    if (pieces > 1) this.#later(50, () => this.#speak(making, pieces - 1));
    else this.#end(making, making.cancelled ? "cancelled" : "completed", true);
  }

  #end(making: Making, status: "completed" | "cancelled" | "failed", produced: boolean): void {
    if (this.#making !== making) return;
    this.#making = null;
    this.#engine.finish(making.id, "one two three four five six", { status, produced });
    if (this.#wanted) this.#want();
  }

  #drop(making: Making): void {
    this.#engine.state = "reconnecting";
    this.#engine.emit.reconnecting("closed");
    this.#end(making, "failed", true);
    this.#later(500 + this.#random() * 2_500, () => this.#engine.ready());
  }

  #lose(): void {
    this.#engine.state = "lost";
    this.#engine.emit.lost("gone", "");
  }
}
