import { expect, test } from "bun:test";
import { withRecordingNotice } from "./recording-notice.he.ts";

// K19: who is recorded hears so first, whatever the business wrote.
test.each([
  ["שלום, הגעתם למספרת דנה. איך אפשר לעזור?", "he", "שלום, הגעתם למספרת דנה. השיחה מוקלטת. איך אפשר לעזור?"],
  ["שלום, הגעתם למספרת דנה.", "he", "שלום, הגעתם למספרת דנה. השיחה מוקלטת."],
  ["ברוכים הבאים", "he", "ברוכים הבאים. השיחה מוקלטת."],
  ["איך אפשר לעזור?", "he", "השיחה מוקלטת. איך אפשר לעזור?"],
  ["Hello, this is Dana's. How can I help?", "en", "Hello, this is Dana's. This call is recorded. How can I help?"],
  ["Здравствуйте!", "ru", "Здравствуйте! Разговор записывается."],
  ["مرحبا.", "ar", "مرحبا. هذه المكالمة مسجلة."],
  ["Bonjour.", "fr", "Bonjour. השיחה מוקלטת."],
  // A name is no notice, and a denial is the opposite of one.
  ["אולפן ההקלטות של דנה, שלום.", "he", "אולפן ההקלטות של דנה, שלום. השיחה מוקלטת."],
  ["השיחה לא מוקלטת.", "he", "השיחה לא מוקלטת. השיחה מוקלטת."],
  ["This call is not recorded.", "en", "This call is not recorded. This call is recorded."],
] as const)("%p in %s is said as %p", (greeting, language, wanted) => {
  expect(withRecordingNotice(greeting, [language])).toBe(wanted);
});

test.each([
  "שלום, הגעתם למספרת דנה, מדברת נועה. השיחה מוקלטת. איך אפשר לעזור?",
  "שלום! לידיעתכם, שיחה זו מוקלטת.",
  "השיחות אצלנו תמיד מוקלטות, שלום.",
  "השיחה תוקלט לצורך שיפור השירות.",
  "Calls may be recorded. How can I help?",
])("%p says it by itself", (greeting) => {
  expect(withRecordingNotice(greeting, ["he"])).toBe(greeting);
});
