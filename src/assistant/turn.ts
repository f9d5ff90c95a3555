import { AppError, describeError } from "../base/errors.ts";
import type { BusinessId, CustomerId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { limits } from "../limits.ts";
import type { EngineUsage } from "../live-call/engine.ts";
import type { ToolOutcome } from "../live-call/tools.ts";
import type { ChatAnswer, ChatMessage, ChatModel } from "./chat-model.ts";
import type { Claim } from "./claims.he.ts";
import { frame } from "./frame.he.ts";
import { hearCustomer } from "./hear-customer.ts";
import { type AssistantProfile, buildInstructions, type QuotedLine, sayQuoted } from "./instructions.ts";
import { type CustomerMemory, loadMemory } from "./memory.ts";
import { namesSlot } from "./names-slot.ts";
import { type GuardProblem, guardOutput } from "./output-guard.ts";
import { sentences } from "./sentences.he.ts";
import { createToolset, type Toolset, type ToolsetDeps } from "./toolset.ts";

/** The profile as the written channels need it (tenants/directory). */
export interface ChatProfile extends AssistantProfile {
  id: BusinessId;
  phones: readonly Phone[];
}

export interface TurnInput {
  profile: ChatProfile;
  customerId: CustomerId;
  conversationId: string;
  channel: "whatsapp" | "chat";
  /** The customer's message (or a burst of them joined); may be stored already. */
  text: string;
  /** Earlier lines that the customer pointed at (quoted) with words of this message, in their order. */
  quoted?: readonly QuotedLine[];
  /**
   * Ends the turn early: something newer was said, or a person took over. Once the calendar has changed it is heeded no
   * more: the customer has to hear of that.
   */
  signal?: AbortSignal;
}

export interface TurnReply {
  text: string;
  /** Who made the words: the rules alone, the model, or an apology because neither could. */
  by: "rule" | "model" | "apology";
  ended: boolean;
  usage: EngineUsage[];
}

export interface TurnDeps extends ToolsetDeps {
  model: ChatModel;
}

/** One turn of a written conversation: customer's words in, the assistant's answer out. Stores neither. */
export interface Assistant {
  /** @throws AppError "unavailable" when the model or the database is away (worth trying again), or `signal` ended it. */
  turn(input: TurnInput): Promise<TurnReply>;
}

export function createAssistant(deps: TurnDeps): Assistant {
  return { turn: (input) => new Turn(deps, input).run() };
}

/** State of one turn. */
class Turn {
  readonly #deps: TurnDeps;
  readonly #input: TurnInput;
  readonly #tools: Toolset;
  readonly #usage: EngineUsage[] = [];
  readonly #messages: ChatMessage[] = [];
  readonly #deadline = AbortSignal.timeout(limits.chatTurnMs);
  #ended = false;

  constructor(deps: TurnDeps, input: TurnInput) {
    this.#deps = deps;
    this.#input = input;
    const { profile, customerId, conversationId, channel } = input;
    this.#tools = createToolset(deps, {
      businessId: profile.id,
      zone: profile.timezone,
      city: profile.city,
      customer: async () => customerId,
      channel,
      conversationId,
      callId: null,
      transfer: null,
    });
  }

  get #hasChanged(): boolean {
    return this.#tools.memory.changes.length > 0;
  }

  get #isOvertaken(): boolean {
    return this.#input.signal?.aborted === true && !this.#hasChanged;
  }

  get #signal(): AbortSignal {
    const { signal } = this.#input;
    if (signal === undefined || this.#hasChanged) return this.#deadline;
    return AbortSignal.any([signal, this.#deadline]);
  }

  async run(): Promise<TurnReply> {
    const text = this.#input.text.slice(0, limits.customerTextChars);
    const memory = await this.#tools.atDesk((desk) => loadMemory(desk.ctx, desk.customerId, desk.now));
    const earlier = this.#ownLines(memory, text);
    for (const line of earlier) {
      if (line.author === "customer") this.#tools.hearing.recall(line.text, line.at);
      else this.#tools.hearing.assistant(line.text);
    }
    const { quoted = [] } = this.#input;
    const pointedAt = quoted.findLast(({ author }) => author !== "customer");
    if (pointedAt !== undefined) this.#tools.hearing.assistant(pointedAt.text); // a bare yes is to that line, not to the last
    const heard = await this.#tools.atDesk((desk) => hearCustomer(desk, text, memory.card.meetingStarts[0] ?? null));
    if (heard.kind === "reply") return this.#reply(heard.text, "rule");
    this.#messages.push(
      { role: "system", text: this.#instructions(memory) },
      ...earlier.map(
        (line): ChatMessage => ({ role: line.author === "customer" ? "user" : "assistant", text: line.text }),
      ),
      { role: "user", text },
      ...quoted.map((line): ChatMessage => ({ role: "system", text: sayQuoted(line) })),
      ...(heard.note === null ? [] : [{ role: "system" as const, text: frame.heard(heard.note) }]),
    );
    if (heard.instead !== undefined) return this.#orElse(heard.instead, memory);
    return heard.said === undefined ? this.#answered(memory) : this.#added(heard.said, memory);
  }

  /** What was settled is told whatever becomes of the rest: trying the turn again would find nothing to settle. */
  async #added(said: string, memory: CustomerMemory): Promise<TurnReply> {
    const rest = await this.#orElse("", memory);
    return rest.by === "model" ? this.#reply(`${said} ${rest.text}`, "model") : this.#reply(said, "rule");
  }

  /** The model's answer, or the rule's sentence when there is none. */
  async #orElse(sentence: string, memory: CustomerMemory): Promise<TurnReply> {
    const answer = await this.#converse(memory).catch((error: unknown) => {
      this.#deps.log.warn("NLP", "the model added nothing", { error: describeError(error) });
      return null;
    });
    return answer === null ? this.#reply(sentence, "rule") : this.#reply(answer, "model");
  }

  async #answered(memory: CustomerMemory): Promise<TurnReply> {
    try {
      const answer = await this.#converse(memory);
      return answer === null ? await this.#apology(sentences.tooManySteps) : this.#reply(answer, "model");
    } catch (error) {
      if (this.#isOvertaken) throw new AppError("unavailable", "something newer was said", { cause: error });
      if (error instanceof AppError && error.code === "unavailable") throw error;
      this.#deps.log.error("NLP", "no answer", { biz: this.#input.profile.id, error: describeError(error) });
      return this.#apology(sentences.unavailable);
    }
  }

  /** Lines of this conversation before the current ones, which may be stored already, one by one. */
  #ownLines(memory: CustomerMemory, text: string): CustomerMemory["lines"] {
    const own = memory.lines.filter((line) => line.conversationId === this.#input.conversationId);
    let rest = text.trimEnd();
    for (let last = own.at(-1); last?.author === "customer"; last = own.at(-1)) {
      const stored = last.text.slice(0, limits.customerTextChars).trimEnd();
      if (stored === "" || !rest.endsWith(stored)) break;
      rest = rest.slice(0, -stored.length).trimEnd();
      own.pop();
    }
    return own;
  }

  #instructions(memory: CustomerMemory): string {
    const { profile, channel, conversationId } = this.#input;
    return buildInstructions({
      profile,
      channel,
      now: this.#deps.clock.instant(),
      memory,
      exceptConversation: conversationId,
    });
  }

  /** Rounds of model and tools until there is a text that may go out; null when there is none within the bounds. */
  async #converse(memory: CustomerMemory): Promise<string | null> {
    let refused = 0;
    for (let round = 0; round < limits.chatRoundsMax; round++) {
      if (this.#isOvertaken) throw new AppError("unavailable", "something newer was said");
      const answer = await this.#ask();
      if (answer.toolCalls.length > 0) {
        await this.#runTools(answer);
        continue;
      }
      const problems = this.#problems(answer, memory);
      if (problems === null) return answer.text.trim();
      this.#deps.log.warn("NLP", "answer held back", { biz: this.#input.profile.id, problems: problems.join(",") });
      if (++refused > 1) return this.#tools.memory.changes.at(-1)?.say ?? refusal(problems);
      this.#messages.push(
        { role: "assistant", text: answer.text },
        { role: "system", text: frame.guardNote(problems.join(", ")) },
      );
    }
    return null;
  }

  async #ask(): Promise<ChatAnswer> {
    const request = { messages: this.#messages, tools: this.#tools.definitions };
    const answer = await this.#deps.model.answer(request, this.#signal);
    this.#usage.push(answer.usage);
    return answer;
  }

  async #runTools(answer: ChatAnswer): Promise<void> {
    this.#messages.push({ role: "assistant", text: answer.text, toolCalls: answer.toolCalls });
    for (const call of answer.toolCalls) {
      const outcome: ToolOutcome = await this.#tools.run(call.name, call.argumentsJson, this.#signal);
      if (outcome.afterwards?.kind === "end") this.#ended = true;
      this.#messages.push({ role: "tool", toolCallId: call.id, output: outcome.output });
    }
  }

  /** Why an answer may not go out, or null. */
  #problems(answer: ChatAnswer, memory: CustomerMemory): AnswerProblem[] | null {
    if (answer.text.trim() === "" || !answer.complete) return ["empty_or_cut_off"];
    const { profile } = this.#input;
    const problems = guardOutput(answer.text, {
      allowedTexts: [profile.facts, profile.whatsappPrompt, ...profile.phones, ...this.#tools.memory.quotable],
      mayClaim: (claim) => this.#isTrue(claim, answer.text, memory.card),
    });
    return problems.length === 0 ? null : problems;
  }

  /**
   * A claim is about a meeting the customer has or one that changed in this turn, at no other time than theirs. That one
   * was moved or cancelled takes such a change; only the time of a meeting that stands may be called its new one later.
   */
  #isTrue(claim: Claim, text: string, { meetingStarts }: CustomerMemory["card"]): boolean {
    const changed = this.#tools.memory.changes.map(({ local }) => local);
    const known = [...changed, ...meetingStarts];
    if (known.length === 0) return false;
    const now = this.#deps.clock.instant().toZonedDateTimeISO(this.#input.profile.timezone);
    const naming = namesSlot(text, known, now);
    if (claim === "booked" || changed.length > 0) return naming !== "names_other";
    return claim === "moved" && naming === "names";
  }

  async #apology(text: string): Promise<TurnReply> {
    await this.#tools.leaveTask();
    return this.#reply(text, "apology");
  }

  #reply(text: string, by: TurnReply["by"]): TurnReply {
    return { text, by, ended: this.#ended, usage: this.#usage };
  }
}

type AnswerProblem = GuardProblem | "empty_or_cut_off";

/** What goes out when the second answer is no better: the question that is open, a refusal, or null (an apology). */
function refusal(problems: readonly AnswerProblem[]): string | null {
  if (problems.includes("empty_or_cut_off")) return null;
  return problems.every((problem) => problem === "booking_claim") ? sentences.askAgain : sentences.withheld;
}
