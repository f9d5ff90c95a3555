import type { MemoryLine } from "./conversation.ts";
import { fillSchema, type Schema } from "./fill-schema.ts";

export interface ToolSpec {
  name: string;
  description?: string;
  parameters?: Schema;
}

/** What the model looks at when it has to answer. */
export interface BrainInput {
  instructions: string;
  /** Instructions of this one answer, "" when there are none. */
  request: string;
  tools: readonly ToolSpec[];
  memory: readonly MemoryLine[];
  /** Words of the caller since the assistant last spoke; null when the last thing was not the caller's. */
  callerText: string | null;
  /** Results that came since the last answer. */
  toolResults: readonly ToolResult[];
  now: Temporal.Instant;
}

export interface ToolResult {
  name: string;
  output: string;
}

/** What the model decides: words, calls of tools, or both. Neither is an empty answer. */
export interface Thought {
  say: string | null;
  calls: readonly { name: string; arguments: Record<string, unknown> }[];
}

export type Brain = (input: BrainInput) => Thought;

/** A line of a scripted model: the first rule that matches and can be carried out decides. */
export interface Rule {
  /** Words of the caller; or the name of the tool whose result just came, and what has to be in that result. */
  when: RegExp | { toolDone: RegExp; result?: RegExp };
  /** Has to be somewhere in the conversation, results of tools included. */
  remembers?: RegExp;
  say?: string;
  /** Names of tools that must be on offer, and what to put into their fields (matched by field name). */
  calls?: readonly { tool: RegExp; facts: Readonly<Record<string, string>> }[];
}

/** In a fact: the date of the next Sunday where the business is, a day on which offices are open all year but for holidays. */
export const nextSunday = "{sunday}";
const zone = "Asia/Jerusalem";

/**
 * A small model that follows rules, obeys "say exactly", goes on after tool results and admits when it understood nothing.
 */
export function scriptedBrain(rules: readonly Rule[]): Brain {
  return (input) => {
    const rest = whatWasLeft(rules, input.request);
    if (rest !== null) return { say: rest, calls: [] };
    const dictated = textToSay(input.request);
    if (dictated !== null) return { say: dictated, calls: [] };
    for (const rule of rules) {
      const thought = matches(rule, input) ? carryOut(rule, input) : null;
      if (thought !== null) return thought;
    }
    return { say: withoutRule(input), calls: [] };
  };
}

function matches({ when, remembers }: Rule, { callerText, toolResults, memory }: BrainInput): boolean {
  if (remembers !== undefined && !memory.some(({ text }) => remembers.test(text))) return false;
  if (when instanceof RegExp) return toolResults.length === 0 && callerText !== null && when.test(callerText);
  return toolResults.some(({ name, output }) => when.toolDone.test(name) && (when.result?.test(output) ?? true));
}

function carryOut(rule: Rule, { tools, now }: BrainInput): Thought | null {
  const { calls = [] } = rule;
  const say = rule.say ?? null;
  const filled: { name: string; arguments: Record<string, unknown> }[] = [];
  for (const { tool: wanted, facts } of calls) {
    const tool = tools.find(({ name }) => wanted.test(name));
    if (tool === undefined) continue;
    const today = now.toZonedDateTimeISO(zone).toPlainDate();
    const sunday = today.add({ days: 7 - (today.dayOfWeek % 7) }).toString();
    const known = Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => [name, fact.replace(nextSunday, sunday)]),
    );
    const values = fillSchema(tool.parameters ?? { type: "object" }, known);
    filled.push({ name: tool.name, arguments: values as Record<string, unknown> });
  }
  return calls.length > 0 && filled.length === 0 && say === null ? null : { say, calls: filled };
}

/** A tool's own sentence, an excuse, or that nothing was understood. */
function withoutRule({ toolResults, callerText, request }: BrainInput): string {
  const result = toolResults.at(-1);
  if (result !== undefined) {
    const sentence = /"(?:say|ask)":"((?:[^"\\]|\\.)*)"/.exec(result.output)?.[1];
    if (sentence !== undefined) return JSON.parse(`"${sentence}"`) as string;
    return /"error"/.test(result.output) ? "לא הצלחתי לבדוק את זה כרגע. נציג יחזור אליך." : "בסדר, עשיתי. יש עוד משהו?";
  }
  if (callerText !== null && callerText !== "") return "הבנתי. אני רושם את זה, ונציג יחזור אליך. יש עוד משהו?";
  return request === "" ? "סליחה, לא שמעתי. אפשר לחזור על זה?" : "כן, אני כאן. איך אפשר לעזור?";
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/** What is still to be said of an answer when the instruction is to continue behind a quoted beginning. */
function whatWasLeft(rules: readonly Rule[], request: string): string | null {
  if (!/\bcontinue\b/i.test(request)) return null;
  const heard = wordsOf(/["“«]([^"”»]*)["”»]/.exec(request)?.[1] ?? "");
  const beginning = heard.slice(0, 3).join(" ");
  const whole = rules.find(({ say }) => say !== undefined && heard.length > 0 && say.startsWith(beginning))?.say;
  return whole === undefined
    ? "אז כמו שאמרתי, אפשר להמשיך מכאן."
    : wordsOf(whole).slice(heard.length).join(" ") || null;
}

/** The text that an instruction of the kind "say exactly this" wants to hear; null for any other instruction. */
export function textToSay(request: string): string | null {
  if (!/\b(exactly|verbatim|word for word)\b/i.test(request)) return null;
  const quoted = /["“«]([^"”»]+)["”»]/.exec(request)?.[1];
  const below = /\n([\s\S]+)$/.exec(request)?.[1];
  const behind = /:\s*([^\n]+)$/.exec(request)?.[1];
  const text = (below ?? quoted ?? behind ?? "").trim();
  return text === "" ? null : text;
}
