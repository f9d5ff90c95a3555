import { describe, expect, test } from "bun:test";
import { type BrainInput, nextSunday, scriptedBrain, textToSay } from "./brain.ts";
import { fillSchema } from "./fill-schema.ts";

const empty: BrainInput = {
  instructions: "",
  request: "",
  tools: [],
  memory: [],
  callerText: null,
  toolResults: [],
  now: Temporal.Instant.from("2026-03-01T22:30:00Z"),
};
const brain = scriptedBrain([
  { when: /מחיר/, say: "תספורת עולה מאה ושמונים שקלים ופן עולה מאה ועשרים." },
  { when: /תור/, say: "בודקת.", calls: [{ tool: /availab/, facts: { date: nextSunday } }] },
  { when: { toolDone: /availab/, result: /"free":true/ }, say: "יש תור." },
  { when: /כן/, remembers: /"free":true/, say: "קבעתי." },
  { when: /תור/, say: "אין לי יומן." },
]);
const lookUp = {
  name: "check_availability",
  parameters: {
    type: "object",
    properties: { date: { type: "string" }, days: { type: "integer" } },
    required: ["date", "days"],
  },
};

describe("the scripted model", () => {
  test.each([
    ["obeys a dictation", { request: "Say exactly:\nרגע אחד" }, "רגע אחד"],
    ["answers by its rules", { callerText: "מה המחיר?" }, "תספורת עולה מאה ושמונים שקלים ופן עולה מאה ועשרים."],
    ["skips rules whose tool is not on offer", { callerText: "תור" }, "בודקת."],
    ["goes on after a result", { toolResults: [{ name: "check_availability", output: '{"free":true}' }] }, "יש תור."],
    [
      "admits a failed tool",
      { toolResults: [{ name: "other", output: '{"error":"x"}' }] },
      "לא הצלחתי לבדוק את זה כרגע. נציג יחזור אליך.",
    ],
    [
      "continues an interrupted answer",
      { request: 'You were interrupted. The caller heard "תספורת עולה מאה". Continue exactly from there.' },
      "ושמונים שקלים ופן עולה מאה ועשרים.",
    ],
    ["admits that it heard nothing", { callerText: "" }, "סליחה, לא שמעתי. אפשר לחזור על זה?"],
  ])("%s", (_, input, say) => {
    expect(brain({ ...empty, ...input }).say).toBe(say);
  });

  test("fills a tool's fields with what it knows", () => {
    expect(brain({ ...empty, callerText: "אפשר תור?", tools: [lookUp] }).calls).toEqual([
      { name: "check_availability", arguments: { date: "2026-03-08", days: 1 } }, // it is Monday there already
    ]);
  });
});

test.each([
  ["Say exactly the following text:\nשלום וברכה", "שלום וברכה"],
  ['Please say exactly "שלום" now', "שלום"],
  ["Say verbatim: שלום", "שלום"],
  ["Answer the caller politely", null],
  ["", null],
])("what is dictated by %p is %p", (request, text) => {
  expect(textToSay(request)).toBe(text);
});

test("a schema is filled by field names: facts, enumerations, required fields, nothing else", () => {
  const schema = {
    type: "object",
    properties: {
      customer_name: { type: "string" },
      kind: { type: "string", enum: ["new", "old"] },
      tags: { type: "array", items: { type: "string" } },
      note: { type: "string" },
      ok: { type: "boolean" },
      nested: {
        type: "object",
        properties: { phone: { anyOf: [{ type: "string" }, { type: "null" }] } },
        required: ["phone"],
      },
    },
    required: ["customer_name", "kind", "tags", "ok", "nested"],
  };
  expect(fillSchema(schema, { name: "דנה", kind: "old", phone: "+97250" })).toEqual({
    customer_name: "דנה",
    kind: "old",
    tags: [""],
    ok: true,
    nested: { phone: "+97250" },
  });
});
