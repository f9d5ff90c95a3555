import { fillPlaceholders } from "../tenants/placeholders.ts";
import { frame } from "./frame.he.ts";
import type { CustomerMemory, MemoryLine } from "./memory.ts";
import { sayNow } from "./say.he.ts";

/** What the instructions need of a business: part of its profile in the directory, so no database is asked. */
export interface AssistantProfile {
  name: string;
  assistantName: string;
  timezone: string;
  city: string | null;
  callPrompt: string;
  whatsappPrompt: string;
  /** Hours and published knowledge (tenants/knowledge-digest). */
  facts: string;
  recordCalls: boolean;
}

export interface InstructionsInput {
  profile: AssistantProfile;
  channel: "call" | "whatsapp" | "chat";
  now: Temporal.Instant;
  /** Null when it could not be read in time: the conversation goes on without. */
  memory: CustomerMemory | null;
  /** Lines of this conversation are left out: the model has them already. */
  exceptConversation?: string;
}

/**
 * The model's instructions: the fixed frame, the business's procedures, its facts, the time, and what is known of the
 * customer. Whatever people wrote is fenced as data and cannot end its fence.
 */
export function buildInstructions(input: InstructionsInput): string {
  const { profile, channel, memory } = input;
  const now = input.now.toZonedDateTimeISO(profile.timezone);
  const procedures = fillPlaceholders(channel === "call" ? profile.callPrompt : profile.whatsappPrompt, {
    business_name: profile.name,
    assistant_name: profile.assistantName,
    customer_name: oneLine(memory?.card.name ?? ""),
    city: profile.city ?? "",
    today: sayNow(now),
  });
  const sections = [
    frame.role(profile.assistantName, profile.name, channel === "call"),
    channel === "call" ? frame.spoken(profile.recordCalls) : frame.written,
    frame.rules,
    frame.now(sayNow(now), now.toPlainDate().toString(), profile.timezone),
    procedures === "" ? "" : `${frame.procedures}\n${fenced(procedures)}`,
    profile.facts === "" ? frame.noFacts : `${frame.facts}\n${fenced(profile.facts)}`,
    memory === null ? frame.noMemory : memorySection(memory, input.exceptConversation),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function memorySection({ card, lines }: CustomerMemory, exceptConversation: string | undefined): string {
  const earlier = lines.filter((line) => line.conversationId !== exceptConversation);
  const known = [
    frame.customerName(card.name === null ? null : oneLine(card.name)),
    ...(card.leadStatus === null ? [] : [frame.customerStatus(card.leadStatus)]),
    card.meetings.length === 0 ? frame.noMeeting : frame.meetings(card.meetings.join("; ")),
    ...(earlier.length === 0 ? [] : [frame.earlier]),
    ...earlier.map((line) => `${frame.authors[line.author]} (${frame.channels[line.channel]}): ${oneLine(line.text)}`),
  ];
  return `${frame.memory}\n${fenced(known.join("\n"))}`;
}

/** An earlier line that the customer pointed at, and what they said to it. */
export interface QuotedLine {
  author: MemoryLine["author"];
  text: string;
  answer: string;
}

/** A note beside the customer's message. */
export const sayQuoted = (line: QuotedLine): string =>
  `${frame.quoted(frame.authors[line.author])}\n${fenced(`${oneLine(line.text)}\n${frame.answer(oneLine(line.answer))}`)}`;

/** A customer's words on one line, whatever their line ends are: a second line could pose as another speaker. */
const oneLine = (text: string): string => text.replace(/\s*[\n\v\f\r\u0085\u2028\u2029]\s*/g, " / ");

/** Data between marks that the data itself cannot contain. */
const fenced = (text: string): string => `<<<\n${text.replaceAll("<<<", "‹‹‹").replaceAll(">>>", "›››")}\n>>>`;
