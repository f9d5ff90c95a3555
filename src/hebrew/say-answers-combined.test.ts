// Every yes, no and maybe, plain and dressed the way people dress them, after one offer.
import { describe, expect, test } from "bun:test";
import { understand } from "./understand.ts";

const moment = {
  now: Temporal.Instant.from("2026-11-24T10:15:00+02:00"),
  zone: "Asia/Jerusalem",
  context: { offered: ["2026-11-25T16:00"] },
};

const list = (words: string): string[] => words.split(",").map((word) => word.trim());

const answers: Record<"confirm" | "reject" | "undecided", string[]> = {
  confirm:
    list(`כן, כן אפשר, סבבה, אוקיי, אוקי, בסדר, בסדר גמור, מעולה, מצוין, מצויין, יופי, אחלה, סגור, מאשר, מאשרת, קבענו, מתאים,
    מתאים לי, טוב לי, נוח לי, אין בעיה, לא בעיה, למה לא, בטח, ברור, בהחלט, כמובן, בשמחה, בכיף, יאללה, זורם, זורמת, מושלם, נהדר, 👍, ok,
    אפשר, נשמע טוב, נשמע מצוין, לגמרי, אין לי בעיה, מסתדר לי, עובד לי, תקבע, תקבעי לי, תרשום אותי, לך על זה, מסכים, מסכימה, הולך`),
  reject:
    list(`לא, לא תודה, לא מתאים, לא מתאים לי, לא טוב, לא טוב לי, לא נוח, לא נוח לי, לא יכול, לא יכולה, לא אוכל, אי אפשר, ממש לא,
    אין מצב, לא רוצה, לא מסתדר, לא מסתדר לי, לא בא לי, פחות מתאים, פחות מתאים לי, לא נראה לי, לא אפשרי, אין סיכוי, בשום אופן, 👎,
    אני לא יכול, אני לא יכולה, זה לא מתאים, זה לא מסתדר לי, לא ממש, לא פנוי, לא פנויה`),
  undecided:
    list(`אולי, אני אחשוב על זה, אחשוב על זה, לא יודע, לא יודעת, לא בטוח, לא בטוחה, אני לא בטוח, צריך לבדוק, צריכה לבדוק,
    אבדוק, אבדוק ואחזור אליך, אחזור אליכם, מתלבט, מתלבטת, עוד לא יודע, אני עוד לא יודעת, צריך לחשוב על זה, יכול להיות, תלוי,
    צריך להתייעץ עם אשתי, אני אתייעץ עם בעלי`),
};

const dresses: readonly string[] = [
  "{}",
  "{}.",
  "{}!",
  "אה {}",
  "אז {}",
  "היי, {}",
  "{} תודה",
  "{}, תודה רבה",
  "טוב תודה, {}",
];

for (const [kind, words] of Object.entries(answers)) {
  describe(kind, () => {
    for (const dress of dresses) {
      if (dress.startsWith("טוב") && kind !== "confirm") continue; // "fine thanks, no" is not said
      test(`${dress.replace("{}", "…")} is ${kind}`, () => {
        const wrong: string[] = [];
        for (const word of words) {
          const understood = understand(dress.replace("{}", word), moment);
          if (understood.kind !== kind) wrong.push(`${dress.replace("{}", word)} = ${understood.kind}`);
        }
        expect(wrong).toEqual([]);
      });
    }
  });
}

test("a yes books the offered slot", () => {
  for (const word of answers.confirm)
    expect(understand(word, moment), word).toMatchObject({ slot: "2026-11-25T16:00" });
});
