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
  toolResults: readonly { name: string; output: string }[];
}

/** What the model decides: words, calls of tools, or both. Neither is an empty answer. */
export interface Thought {
  say: string | null;
  calls: readonly { name: string; arguments: Record<string, unknown> }[];
}

export type Brain = (input: BrainInput) => Thought;

/** A line of a scripted model: the first rule that matches and can be carried out decides. */
export interface Rule {
  /** Words of the caller, or the name of the tool whose result just came. */
  when: RegExp | { toolDone: RegExp };
  say?: string;
  /** Name of a tool that must be on offer, and what to put into its fields (matched by field name). */
  call?: { tool: RegExp; facts: Readonly<Record<string, string>> };
}

/**
 * A small model that follows rules, obeys "say exactly", goes on after tool results and admits when it understood nothing.
 */
export function scriptedBrain(rules: readonly Rule[]): Brain {
  return (input) => {
    const rest = whatWasLeft(rules, input.request);
    if (rest !== null) return { say: rest, calls: [] };
    const dictated = textToSay(input.request);
    if (dictated !== null) return { say: dictated, calls: [] };
    const result = input.toolResults.at(-1);
    if (result !== undefined) return afterTool(rules, input, result);
    if (input.callerText === null || input.callerText === "")
      return {
        say: input.request === "" ? "סליחה, לא שמעתי. אפשר לחזור על זה?" : "כן, אני כאן. איך אפשר לעזור?",
        calls: [],
      };
    for (const rule of rules) {
      if (!(rule.when instanceof RegExp) || !rule.when.test(input.callerText)) continue;
      const thought = carryOut(rule, input.tools);
      if (thought !== null) return thought;
    }
    return { say: "הבנתי. אני רושם את זה, ונציג יחזור אליך. יש עוד משהו?", calls: [] };
  };
}

function afterTool(rules: readonly Rule[], input: BrainInput, result: { name: string; output: string }): Thought {
  for (const rule of rules) {
    if (rule.when instanceof RegExp || !rule.when.toolDone.test(result.name)) continue;
    const thought = carryOut(rule, input.tools);
    if (thought !== null) return thought;
  }
  const isError = /"error"/.test(result.output);
  return { say: isError ? "לא הצלחתי לבדוק את זה כרגע. נציג יחזור אליך." : "בסדר, עשיתי. יש עוד משהו?", calls: [] };
}

function carryOut(rule: Rule, tools: readonly ToolSpec[]): Thought | null {
  const { call, say = null } = rule;
  if (call === undefined) return { say, calls: [] };
  const tool = tools.find(({ name }) => call.tool.test(name));
  if (tool === undefined) return say === null ? null : { say, calls: [] };
  const filled = fillSchema(tool.parameters ?? { type: "object" }, call.facts);
  return { say, calls: [{ name: tool.name, arguments: filled as Record<string, unknown> }] };
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
