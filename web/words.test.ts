import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Glob } from "bun";

// The words ask the page for its language when they are loaded: here they get a page of one line.
const page = globalThis as { document?: unknown };
beforeAll(() => {
  page.document = { documentElement: { lang: "he" } };
});
afterAll(() => {
  delete page.document;
});

/** Names of parameters that stand for how many; those that are never one are not among them. */
const amounts = ["count", "devices", "unread", "added", "known"];

type Sentence = (...given: unknown[]) => string;

/** Every sentence of a dictionary with a number in it, by its path. */
function counted(words: object, path = ""): [string, Sentence, string[]][] {
  return Object.entries(words).flatMap(([key, value]): [string, Sentence, string[]][] => {
    const here = `${path}.${key}`;
    if (typeof value === "object" && value !== null) return counted(value, here);
    if (typeof value !== "function") return [];
    const names =
      String(value)
        .match(/^\(?([\w\s,]*)\)?\s*=>/)?.[1]
        ?.split(",") ?? [];
    const given = names.map((name) => name.trim());
    return given.some((name) => amounts.includes(name)) ? [[here, value as Sentence, given]] : [];
  });
}

const spoken: Readonly<Record<string, RegExp>> = { he: /(?<!\d)1 [א-ת]/, en: /(?<!\d)1 (?!known)\w+s\b/ };
/** Whose number comes as text, with its thousands parted. */
const asText = [".total", ".bell", ".loadingRest"];

describe.each(["he", "en"])("in %s", (language) => {
  test("one of a thing is said as one: the bell said of one notification that 1 are new", async () => {
    const found: string[] = [];
    let sentences = 0;
    for (const file of new Glob(`*.${language}.ts`).scanSync(`${import.meta.dir}/strings`)) {
      const words = (await import(`./strings/${file}`))[language] as object;
      for (const [path, say, names] of counted(words)) {
        const one = asText.includes(path) ? "1" : 1;
        const said = say(...names.map((name) => (amounts.includes(name) ? one : "דנה")));
        sentences += 1;
        if (spoken[language]!.test(said)) found.push(`${file}${path}: ${said}`);
      }
    }
    expect(found).toEqual([]);
    expect(sentences).toBeGreaterThan(15);
  });
});

test("who is no person is named in the panel's words: the audit said that `system` did it", async () => {
  const { authorText } = await import("./author.ts");
  expect(["system", "handset", "דנה לוי", "toString"].map(authorText)).toEqual([
    "המערכת",
    "מהטלפון של העסק",
    "דנה לוי",
    "toString",
  ]);
});

test("why a message did not go out is said in words: the thread showed `ack_timeout` and `provider_63007`", async () => {
  const { reasonText } = await import("./pages/inbox/reason.ts");
  const codes = ["ack_timeout", "provider_63007", "no_sid", "toString"];
  expect(codes.map(reasonText)).toEqual(["וואטסאפ לא ענה", "תקלה 63007", "הסיבה לא ידועה", "הסיבה לא ידועה"]);
});
