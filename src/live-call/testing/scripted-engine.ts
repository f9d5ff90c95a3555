import type {
  AnswerOutcome,
  AnswerRequest,
  EngineContext,
  EngineEvents,
  EngineState,
  HeardCut,
  VoiceEngine,
} from "../engine.ts";

/** One command that the call gave, in order. */
export type EngineCommand =
  | { do: "open" }
  | { do: "autoAnswer"; on: boolean }
  | { do: "respond"; request: AnswerRequest }
  | { do: "interrupt"; cuts: readonly HeardCut[] }
  | { do: "addContext"; role: string; text: string }
  | { do: "toolResult"; id: string; output: string }
  | { do: "rotate" }
  | { do: "windUp"; spoke: boolean }
  | { do: "close" };

const bytesPerMs = 8;

/** Audio of `ms` in which every byte is `value`: what was heard can be told apart afterwards. */
export const audioOf = (value: number, ms: number): Uint8Array => new Uint8Array(ms * bytesPerMs).fill(value);

/** An engine that does what the test says and remembers what it was told. Nothing happens by itself. */
export class ScriptedEngine implements VoiceEngine {
  readonly name = "scripted";
  readonly commands: EngineCommand[] = [];
  readonly appended: string[] = [];
  state: EngineState = "idle";
  wantsRotation = false;
  /** Something is owed when the call is over: it ends with `paid` only. */
  lingers = false;
  context: EngineContext | null = null;
  /** Called after every command: a test's model of how the engine reacts. */
  onCommand: (command: EngineCommand) => void = () => {};
  #events: EngineEvents | null = null;
  #over: () => void = () => {};

  /** The events of the call; throws when the engine was not opened, which is a mistake of the test. */
  get emit(): EngineEvents {
    if (!this.#events) throw new Error("the engine was not opened");
    return this.#events;
  }

  open(context: EngineContext, events: EngineEvents): void {
    this.context = context;
    this.#events = events;
    this.state = "connecting";
    this.#did({ do: "open" });
  }

  appendAudio(payload: string): void {
    this.appended.push(payload);
  }

  setAutoAnswer(on: boolean): void {
    this.#did({ do: "autoAnswer", on });
  }

  respond(request: AnswerRequest = {}): void {
    this.#did({ do: "respond", request });
  }

  interrupt(cuts: readonly HeardCut[]): void {
    this.#did({ do: "interrupt", cuts });
  }

  addContext(role: "caller" | "assistant" | "system", text: string): void {
    this.#did({ do: "addContext", role, text });
  }

  toolResult(toolCallId: string, output: string): void {
    this.#did({ do: "toolResult", id: toolCallId, output });
  }

  rotate(): void {
    this.wantsRotation = false;
    this.#did({ do: "rotate" });
  }

  windUp(spoke: boolean, over: () => void): void {
    this.#did({ do: "windUp", spoke });
    this.#over = over;
    if (!this.lingers) this.paid();
  }

  /** Nothing is owed any more. */
  paid(): void {
    this.close();
    this.#over();
  }

  close(): void {
    this.state = "closed";
    this.#did({ do: "close" });
  }

  ready(): void {
    this.state = "ready";
    this.emit.ready();
  }

  /** A whole answer at once, as a fast model gives it: one item, its words, its end. */
  answer(id: string, audio: Uint8Array, text: string): void {
    this.begin(id);
    this.speak(id, audio);
    this.finish(id, text);
  }

  begin(id: string): void {
    this.emit.answerStarted(id);
  }

  /** Audio of the item `<id>-item` in pieces of 200 ms. */
  speak(id: string, audio: Uint8Array): void {
    for (let from = 0; from < audio.length; from += 1_600) {
      this.emit.audio(`${id}-item`, Buffer.from(audio.subarray(from, from + 1_600)).toString("base64"));
    }
  }

  finish(id: string, text: string, outcome: Partial<AnswerOutcome> = {}): void {
    this.emit.transcript({ role: "assistant", itemId: `${id}-item`, text, final: true });
    this.emit.audioDone(`${id}-item`);
    this.emit.answerDone({ answerId: id, status: "completed", reason: null, produced: true, ...outcome });
  }

  /** The caller's turn was taken, and (later, in general) put into words. */
  turn(itemId: string, text?: string): void {
    this.emit.callerTurn(itemId);
    if (text !== undefined) this.emit.transcript({ role: "caller", itemId, text, final: true });
  }

  /** Commands of one kind, oldest first. */
  did<Kind extends EngineCommand["do"]>(kind: Kind): Extract<EngineCommand, { do: Kind }>[] {
    return this.commands.filter((command): command is Extract<EngineCommand, { do: Kind }> => command.do === kind);
  }

  #did(command: EngineCommand): void {
    this.commands.push(command);
    this.onCommand(command);
  }
}
