import type { ChatAnswer, ChatModel, ChatRequest } from "../assistant/chat-model.ts";
import { type ChatProfile, createAssistant, type TurnDeps } from "../assistant/turn.ts";
import type { BusinessId } from "../base/ids.ts";
import { appendMessage } from "../crm/conversations/append-message.ts";
import { openConversation } from "../crm/conversations/open-conversation.ts";
import { identifyCustomer } from "../crm/customers/identify.ts";
import type { RehearsalLine } from "../db/schema/rehearsal.ts";
import { withTenant } from "../db/tenant.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { ChatConsumption } from "../usage/note-chat.ts";

/** Hears which tools the model calls and what its answers consume, and passes everything on. */
class ModelNotes implements ChatModel {
  readonly name: string;
  readonly #model: ChatModel;
  readonly #consumed: ChatConsumption[];
  #called: string[] = [];

  constructor(model: ChatModel, consumed: ChatConsumption[]) {
    this.name = model.name;
    this.#model = model;
    this.#consumed = consumed;
  }

  async answer(request: ChatRequest, signal?: AbortSignal): Promise<ChatAnswer> {
    const answer = await this.#model.answer(request, signal);
    this.#consumed.push(answer.usage);
    this.#called.push(...answer.toolCalls.map(({ name }) => name));
    return answer;
  }

  /** Those since the last time it was asked. */
  take(): string[] {
    const called = this.#called;
    this.#called = [];
    return called;
  }
}

export interface Play {
  /** The business's profile with the draft as its prompt. */
  profile: ChatProfile;
  /** Where it is played: tools read and write there and nowhere else. */
  scratch: BusinessId;
  lines: readonly string[];
  signal: AbortSignal;
  /** Gets what every answer of the model consumes, also when it ends in an error. */
  consumed: ChatConsumption[];
}

/**
 * Says the customer's lines one by one to the assistant with its real tools, and writes down what comes.
 * @throws AppError "unavailable" when the model or the database is away.
 */
export async function playScenario(
  deps: TurnDeps,
  { profile, scratch, lines, signal, consumed }: Play,
): Promise<RehearsalLine[]> {
  const model = new ModelNotes(deps.model, consumed);
  const assistant = createAssistant({ ...deps, model });
  const at = <T>(work: (ctx: Ctx) => Promise<T>): Promise<T> =>
    withTenant(deps.db, scratch, (tx) => work({ businessId: scratch, actor: { kind: "assistant" }, tx }));
  const { customerId, conversationId } = await at(async (ctx) => {
    const { customerId, identityId } = await identifyCustomer(ctx, { kind: "staff", value: "rehearsal" }, "staff");
    return { customerId, conversationId: await openConversation(ctx, { customerId, channel: "chat", identityId }) };
  });
  const transcript: RehearsalLine[] = [];
  const store = (author: "customer" | "assistant", body: string, tools: string[] = []) => {
    transcript.push({ author, text: body, tools });
    return at((ctx) => appendMessage(ctx, { conversationId, customerId, author, body, at: deps.clock.instant() }));
  };
  for (const text of lines) {
    await store("customer", text);
    const scratchProfile = { ...profile, id: scratch };
    const turn = { profile: scratchProfile, customerId, conversationId, channel: "chat" as const, text, signal };
    const reply = await assistant.turn(turn);
    await store("assistant", reply.text, model.take());
    if (reply.ended) break;
  }
  return transcript;
}
