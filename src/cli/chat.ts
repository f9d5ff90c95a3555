import { createInterface } from "node:readline";
import { type ChatProfile, createAssistant, type TurnReply } from "../assistant/turn.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { type CustomerId, parseBusinessId } from "../base/ids.ts";
import { createLog } from "../base/log.ts";
import { parsePhone } from "../base/phone.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { configFromEnvironment } from "../config.ts";
import { appendMessage } from "../crm/conversations/append-message.ts";
import { openConversation } from "../crm/conversations/open-conversation.ts";
import { type Identity, identifyCustomer } from "../crm/customers/identify.ts";
import type { Database } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { createChatModel } from "../speech/chat.ts";
import { OpenAiRest } from "../speech/openai-rest.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { createDirectory } from "../tenants/directory.ts";
import { fillPlaceholders } from "../tenants/placeholders.ts";
import { readOptions, visit } from "./visit.ts";

const write = (line: string): void => void process.stdout.write(`${line}\n`);

/** The operator is one customer of each business, so that the assistant remembers the last talk. */
const operator: Identity = { kind: "bsuid", value: "operator-terminal" };

/**
 * `chat --business ID [--as PHONE]`: every line from standard input is a message of a customer, every answer a line on
 * standard output. With `--as` the operator writes as the customer with that number. Ends with the input.
 */
export async function run(args: string[]): Promise<number> {
  const { options } = readOptions(args, ["business", "as"]);
  const businessId = parseBusinessId(options.business ?? "");
  if (businessId === null) throw new AppError("invalid", "--business is missing: the id that `business list` shows");
  const identity = options.as === undefined ? operator : phoneIdentity(options.as);
  const config = configFromEnvironment();
  const log = createLog({
    level: config.log.level,
    format: config.log.format,
    write: (line) => void process.stderr.write(`${line}\n`),
    instant: systemClock.instant,
  });
  await visit(async (db) => {
    const directory = createDirectory({ db, clock: systemClock, log, random: Math.random });
    try {
      await directory.refresh();
      const profile = directory.get(businessId);
      if (profile === undefined) throw new AppError("not_found", "no such business, or it is not active");
      const model = createChatModel(
        new OpenAiRest({ clock: systemClock, settings: config.openai }),
        config.openai.chatModel,
      );
      const assistant = createAssistant({ db, clock: systemClock, log, restCalendars: createRestCalendars(), model });
      const room = await enter(db, profile, identity);
      await talk({
        room,
        answer: (text) =>
          assistant.turn({ ...room, profile: directory.get(businessId) ?? profile, channel: "chat", text }),
      });
    } finally {
      await directory.close();
    }
  });
  return 0;
}

interface Room {
  customerId: CustomerId;
  conversationId: string;
  greeting: string;
  store(author: "customer" | "assistant", body: string): Promise<unknown>;
}

async function enter(
  db: Database,
  profile: ChatProfile & { whatsappGreeting: string | null },
  identity: Identity,
): Promise<Room> {
  const at = <T>(work: (ctx: Ctx) => Promise<T>): Promise<T> =>
    withTenant(db, profile.id, (tx) => work({ businessId: profile.id, actor: { kind: "assistant" }, tx }));
  const { customerId, conversationId } = await at(async (ctx) => {
    const customer = await identifyCustomer(ctx, identity, "staff");
    const { customerId, identityId } = customer;
    return { customerId, conversationId: await openConversation(ctx, { customerId, channel: "chat", identityId }) };
  });
  const names = { business_name: profile.name, assistant_name: profile.assistantName, city: profile.city ?? "" };
  return {
    customerId,
    conversationId,
    greeting: fillPlaceholders(profile.whatsappGreeting ?? "", names),
    store: (author, body) =>
      at((ctx) => appendMessage(ctx, { conversationId, customerId, author, body, at: systemClock.instant() })),
  };
}

async function talk({ room, answer }: { room: Room; answer(text: string): Promise<TurnReply> }): Promise<void> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  if (room.greeting !== "") write(room.greeting);
  for await (const line of lines) {
    const text = line.trim();
    if (text === "") continue;
    await room.store("customer", text);
    const reply = await answer(text);
    await room.store("assistant", reply.text);
    write(reply.text.replace(/\s*\n\s*/g, " / "));
    if (reply.ended) break;
  }
}

function phoneIdentity(spelled: string): Identity {
  const phone = parsePhone(spelled);
  if (phone === null) throw new AppError("invalid", `--as ${JSON.stringify(spelled)} is not a phone number`);
  return { kind: "phone", value: phone };
}
