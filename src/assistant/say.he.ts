/** How the assistant says days and hours in Hebrew. Local dates and times are ISO text in the business's zone. */
const weekdays = ["", "יום שני", "יום שלישי", "יום רביעי", "יום חמישי", "יום שישי", "שבת", "יום ראשון"];
const months = [
  "",
  "ינואר",
  "פברואר",
  "מרץ",
  "אפריל",
  "מאי",
  "יוני",
  "יולי",
  "אוגוסט",
  "ספטמבר",
  "אוקטובר",
  "נובמבר",
  "דצמבר",
];

/** "היום", "מחר", or "יום רביעי, 25 בנובמבר" (with the year when it is another one than today's). */
export function sayDate(date: Temporal.PlainDate, today: Temporal.PlainDate): string {
  const days = today.until(date).days;
  const name = `${weekdays[date.dayOfWeek]}, ${date.day} ב${months[date.month]}`;
  if (days === 0) return "היום";
  if (days === 1) return `מחר, ${name}`;
  return date.year === today.year ? name : `${name} ${date.year}`;
}

/** `local` is "YYYY-MM-DDTHH:MM": "מחר, יום רביעי, 25 בנובמבר, בשעה 16:30". */
export function saySlot(local: string, today: Temporal.PlainDate): string {
  return `${sayDate(Temporal.PlainDate.from(local.slice(0, 10)), today)}, בשעה ${local.slice(11, 16)}`;
}

/** The full date and time of a moment, for instructions: "יום שלישי, 24 בנובמבר 2026, 10:15". */
export function sayNow(now: Temporal.ZonedDateTime): string {
  const time = now.toPlainTime().toString({ smallestUnit: "minute" });
  return `${weekdays[now.dayOfWeek]}, ${now.day} ב${months[now.month]} ${now.year}, ${time}`;
}

/** "א, ב או ג". */
export function sayChoice(options: readonly string[]): string {
  if (options.length <= 1) return options[0] ?? "";
  return `${options.slice(0, -1).join("; ")} או ${options.at(-1)}`;
}
