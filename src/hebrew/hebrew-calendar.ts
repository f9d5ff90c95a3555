import { type Day, dayOf, isoDate } from "./civil.ts";

/** Hebrew day numbers in letters, 15 and 16 written ט״ו and ט״ז. */
function dayLetters(day: number): string {
  const tens = ["", "י", "כ", "ל"];
  const units = ["", "א", "ב", "ג", "ד", "ה", "ו", "ז", "ח", "ט"];
  if (day === 15) return "ט״ו";
  if (day === 16) return "ט״ז";
  const letters = tens[Math.floor(day / 10)]! + units[day % 10]!;
  return letters.length === 1 ? `${letters}׳` : `${letters[0]}״${letters[1]}`;
}

const monthNames: Record<string, string> = {
  M01: "תשרי",
  M02: "חשוון",
  M03: "כסלו",
  M04: "טבת",
  M05: "שבט",
  M05L: "אדר א׳",
  M06: "אדר",
  M07: "ניסן",
  M08: "אייר",
  M09: "סיוון",
  M10: "תמוז",
  M11: "אב",
  M12: "אלול",
};

/** 5787 as "תשפ״ז". Years of the sixth millennium, without its ה. */
function yearLetters(year: number): string {
  const steps: readonly (readonly [number, string])[] = [
    [400, "ת"],
    [300, "ש"],
    [200, "ר"],
    [100, "ק"],
    [90, "צ"],
    [80, "פ"],
    [70, "ע"],
    [60, "ס"],
    [50, "נ"],
    [40, "מ"],
    [30, "ל"],
    [20, "כ"],
    [10, "י"],
  ];
  let rest = year % 1000;
  let letters = "";
  for (const [value, letter] of steps) {
    if (rest === 15 || rest === 16) break;
    for (; rest >= value; rest -= value) letters += letter;
  }
  if (rest === 15) letters += "טו";
  else if (rest === 16) letters += "טז";
  else if (rest > 0) letters += "אבגדהוזחט"[rest - 1]!;
  return letters.length < 2 ? `${letters}׳` : `${letters.slice(0, -1)}״${letters.at(-1)}`;
}

/** The Hebrew date as people write it, "י״ד בכסלו תשפ״ז". In leap years Adar is "אדר ב׳". */
export function hebrewDateText(date: Temporal.PlainDate): string {
  const hebrew = date.withCalendar("hebrew");
  const leapAdar = hebrew.monthCode === "M06" && hebrew.inLeapYear;
  return `${dayLetters(hebrew.day)} ב${leapAdar ? "אדר ב׳" : monthNames[hebrew.monthCode]} ${yearLetters(hebrew.year)}`;
}

/** Day number of a Hebrew date, or null when that year lacks it (30 Heshvan, Adar I). Month codes as in Temporal. */
export function hebrewDay(year: number, monthCode: string, day: number): Day | null {
  try {
    const date = Temporal.PlainDate.from({ calendar: "hebrew", year, monthCode, day }, { overflow: "reject" });
    const iso = date.withCalendar("iso8601");
    return dayOf(iso.year, iso.month, iso.day);
  } catch (error) {
    if (error instanceof RangeError) return null; // Temporal's only way to say "no such date"
    throw error;
  }
}

/** Whether the day is the 30th of its Hebrew month, which makes it the first day of the next one's new moon. */
export const endsLongMonth = (day: Day): boolean =>
  Temporal.PlainDate.from(isoDate(day)).withCalendar("hebrew").day === 30;

/** The Hebrew year that begins in autumn of Gregorian year `year`: 2026 gives 5787. */
export const hebrewYearFromAutumn = (year: number): number => year + 3761;
