import { localTime } from "../../base/local-time.ts";
import { silentLog } from "../../base/log.ts";
import type { Phone } from "../../base/phone.ts";
import { openMeetings } from "../../calendar/open-meetings.ts";
import { createRestCalendars } from "../../calendar/rest.ts";
import { type TestBusiness, testBusiness } from "../../calendar/testing/test-business.ts";
import { appendMessage } from "../../crm/conversations/append-message.ts";
import { openConversation } from "../../crm/conversations/open-conversation.ts";
import type { Database } from "../../db/client.ts";
import { createVirtualClock, type VirtualClock } from "../../sim/clock.ts";
import { type ChatProfile, createAssistant, type TurnReply } from "../turn.ts";
import { ScriptedModel } from "./scripted-model.ts";

/** One business with its assistant; customers write, the model follows its script, the clock stands still. */
export interface ChatRoom {
  business: TestBusiness;
  model: ScriptedModel;
  clock: VirtualClock;
  profile: ChatProfile;
  /** A new conversation of the business's customer number `index`. */
  customer(index: number): Promise<ChatCustomer>;
}

export interface ChatCustomer {
  conversationId: string;
  /** Says something, in one message or a burst of them; resolves to the one answer. All are stored, as the channels do it. */
  says(...messages: string[]): Promise<TurnReply>;
  /** Booked meetings, local wall time. */
  meetings(): Promise<string[]>;
}

/** Tuesday, 24 November 2026, 10:15 in Tel Aviv; open every day 09:00-17:00. */
export async function chatRoom(db: Database, options: { facts?: string } = {}): Promise<ChatRoom> {
  const business = await testBusiness(db);
  const clock = createVirtualClock(Temporal.Instant.from("2026-11-24T08:15:00Z"));
  const model = new ScriptedModel();
  const restCalendars = createRestCalendars();
  const assistant = createAssistant({ db, clock, log: silentLog, restCalendars, model });
  const profile: ChatProfile = {
    id: business.businessId,
    name: "מספרת דנה",
    assistantName: "נועה",
    timezone: "Asia/Jerusalem",
    city: "תל אביב",
    phones: ["+97235550100" as Phone],
    callPrompt: "",
    whatsappPrompt: "לענות בחום.",
    facts: options.facts ?? "",
    recordCalls: true,
  };
  const customer = async (index: number): Promise<ChatCustomer> => {
    const customerId = business.customerIds[index]!;
    const conversationId = await business.run((ctx) =>
      openConversation(ctx, { customerId, channel: "chat", identityId: null }),
    );
    const store = (author: "customer" | "assistant", body: string) =>
      business.run((ctx) => appendMessage(ctx, { conversationId, customerId, author, body, at: clock.instant() }));
    return {
      conversationId,
      async says(...messages) {
        for (const message of messages) {
          clock.advance(1_000);
          await store("customer", message);
        }
        const text = messages.join("\n");
        const reply = await assistant.turn({ profile, customerId, conversationId, channel: "chat", text });
        clock.advance(1_000);
        await store("assistant", reply.text);
        return reply;
      },
      async meetings() {
        const open = await business.run((ctx) => openMeetings(ctx, customerId, clock.instant()));
        return open.map((meeting) => localTime(meeting.startsAt, profile.timezone));
      },
    };
  };
  return { business, model, clock, profile, customer };
}
