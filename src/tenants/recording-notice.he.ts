/** What is said where a greeting does not say by itself that the call is recorded (K19), by language. */
const notices: Readonly<Record<string, string>> = {
  he: "השיחה מוקלטת.",
  en: "This call is recorded.",
  ar: "هذه المكالمة مسجلة.",
  ru: "Разговор записывается.",
};

// "השיחה מוקלטת", "שיחה זו תוקלט", "this call may be recorded"; a name such as "אולפן ההקלטות" is no notice.
const said = [
  /שיח(?:ה|ות)(?:\s+\S+){0,3}?\s+[תי]?(?:מוקלט|וקלט)\S*/u,
  /\bcalls?\b[^.?!]{0,30}\brecorded\b/iu,
  /مكالم[^.?!؟]{0,20}سج[^.?!؟]{0,4}/u,
  /разговор[^.?!]{0,30}запис/iu,
];
const denied = /(?:^|\s)(?:לא|אינה|אינן|איננה|not|never|isn't|aren't|لا|ليست|не)(?:\s|$)/iu;
const lastQuestion = /(?:^|(?<=[.!?…]\s))[^.!?…]*\?\s*$/u;

const saysSo = (greeting: string): boolean =>
  said.some((form) => {
    const [words] = form.exec(greeting) ?? [];
    return words !== undefined && !denied.test(words);
  });

/**
 * The greeting of a call that is recorded. Nothing in the panel can take the notice out of it: where the business's own
 * words do not say it, it comes before the question with which the greeting ends, or last.
 */
export function withRecordingNotice(greeting: string, languages: readonly string[]): string {
  if (saysSo(greeting)) return greeting;
  const notice = notices[languages[0]?.slice(0, 2) ?? "he"] ?? notices.he!;
  const question = lastQuestion.exec(greeting);
  if (question !== null) return `${greeting.slice(0, question.index)}${notice} ${question[0].trim()}`;
  const before = greeting.trim();
  return /[.!?…]$/u.test(before) ? `${before} ${notice}` : `${before}. ${notice}`;
}
