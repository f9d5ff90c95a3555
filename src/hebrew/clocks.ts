import { namesWeekday } from "./durations.ts";
import { readNumber } from "./numbers.ts";
import type { Scan } from "./scan.ts";
import type { Token } from "./tokens.ts";
import type { Part } from "./types.ts";

/** An hour as it was said; `hour` 0-24 and not yet decided between morning and evening. */
export interface Clock {
  kind: "clock";
  at: number;
  next: number;
  hour: number;
  minute: number;
  second: number;
  /** The hour that was named: eight in "רבע לשמונה". */
  named: number;
  /** Minutes were spoken or written. */
  precise: boolean;
  meridiem: "am" | "pm" | null;
  part: Part | null;
  dawn: boolean;
  /** "07:30": the leading zero of a 24-hour clock. */
  padded: boolean;
  /** Written in digits with minutes or am/pm. */
  written: boolean;
  prefix: string;
  /** How sure the grammar is that this is an hour: "ב", "בשעה", minutes, a part of day. Bare numbers are weak. */
  strong: boolean;
  /** A masculine number word: rarely an hour ("שבועיים שלושה"). */
  masculine: boolean;
  /** "שעה" was said. */
  hourWord: boolean;
  approx: boolean;
  /** No such hour: 25:00, "ארבע ושבעים דקות". Asked about where an hour is due. */
  impossible: boolean;
}

type Core = Pick<Clock, "next" | "hour" | "minute" | "precise"> &
  Partial<Pick<Clock, "second" | "padded" | "written" | "prefix" | "named" | "impossible">> & { masculine?: boolean };

/**
 * Reads an hour at `at`, with its lead ("בשעה", "בסביבות") and the part of day behind it. As the start of a stretch
 * ("בין עשר לשתים עשרה") "ten to twelve" is not 11:50.
 */
export function readClock(scan: Scan, at: number, startsRange = false): Clock | null {
  const { tokens } = scan;
  let i = at;
  let prefix = "";
  let approx = false;
  let hourWord = false;
  for (let token = tokens[i]; token && i < at + 3; token = tokens[i]) {
    if (token.entry.tag === "about") approx = true;
    else if (token.entry.tag === "hour-word" && !token.prefix.startsWith("ש")) hourWord = true;
    else if (
      token.entry.unit === "hour" &&
      token.entry.count === 1 &&
      /^ב?ה?$/.test(token.prefix) &&
      token.prefix !== ""
    )
      hourWord = true; // "בין השעות"
    else if (i > at && (token.mark === " " || (hourWord && token.text === ":")))
      hourWord ||= false; // "שעה: 11"
    else break;
    prefix += token.prefix;
    i++;
  }
  const led = hourWord || approx || scan.context.asked === "time";
  const core = readCore(tokens, i, led, startsRange) ?? (hourWord ? readImpossible(tokens, i) : null);
  if (!core || (approx && !core.precise && tokens[core.next]?.entry.month !== undefined)) return null; // "לסביבות ה-10 לדצמבר"
  prefix += core.prefix ?? "";
  const clock: Clock = {
    kind: "clock",
    at,
    next: core.next,
    hour: core.hour,
    minute: core.minute,
    second: core.second ?? 0,
    named: core.named ?? core.hour,
    precise: core.precise,
    meridiem: null,
    part: null,
    dawn: false,
    padded: core.padded ?? false,
    written: core.written ?? false,
    prefix,
    strong: hourWord || approx || core.precise || prefix.includes("ב"),
    masculine: core.masculine ?? false,
    hourWord,
    approx,
    impossible: core.impossible ?? false,
  };
  return withPart(tokens, clock);
}

/** The part of day or am/pm directly behind the hour: "בשבע בערב", "3:20 צהריים", "3 p m". */
function withPart(tokens: readonly Token[], clock: Clock): Clock {
  let i = clock.next;
  if (tokens[i]?.mark === " ") i++;
  const token = tokens[i];
  if (!token) return clock;
  const { tag, part } = token.entry;
  if (tag === "am" || tag === "pm") {
    const spaced = tokens[i + 1]?.text === "m" ? 2 : 1;
    let next = i + spaced;
    if (tokens[next]?.text === "." && tokens[next + 1] === undefined) next++;
    return { ...clock, meridiem: tag, next, strong: true, written: true };
  }
  if (tag === "ago" && tokens[i + 1]?.entry.part === "noon" && tokens[i + 1]!.prefix === "ה")
    return { ...clock, part: "morning", next: i + 2, strong: true }; // "בשמונה לפני הצהריים"
  if (tag === "after" && tokens[i + 1]?.entry.tag === "midnight" && clock.hour <= 6)
    return { ...clock, part: "night", next: i + 2, strong: true }; // "באחת אחרי חצות"
  const feast = tokens[i + 1]?.entry;
  if (part === "evening" && (feast?.holiday || feast?.tag === "feast")) return clock; // "בארבע בערב פסח"
  if (
    part &&
    !token.entry.countable &&
    (token.prefix === "" || token.prefix === "ב" || token.prefix === "ה") &&
    !token.entry.shift
  ) {
    return { ...clock, part, dawn: tag === "dawn", next: i + 1, strong: true };
  }
  if (token.entry.shift === 0 && part && tag !== "tonight") return { ...clock, part, strong: true };
  return clock;
}

function readCore(tokens: readonly Token[], at: number, led: boolean, startsRange: boolean): Core | null {
  const token = tokens[at];
  if (!token) return null;
  const { digits, entry } = token;
  if (entry.tag === "midnight") {
    return { hour: 24, minute: 0, next: at + 1, precise: true, prefix: `${token.prefix}ב` };
  }
  if (digits?.shape === "clock") {
    const { hour, minute, second, padded, impossible } = digits;
    return {
      hour, minute, second: second ?? 0, padded, impossible, written: true, precise: true, next: at + 1, prefix: token.prefix,
    }; // biome-ignore format: one thing
  }
  if (digits?.shape === "dotted") return readDotted(tokens, at, led);
  return (startsRange ? null : readMinutesTo(tokens, at)) ?? readHour(tokens, at, led);
}

/** "בשעה עשרים ושבע", "בשעה 99": an hour is due and there is none like it. */
function readImpossible(tokens: readonly Token[], at: number): Core | null {
  const number = readNumber(tokens, at);
  if (!number || number.value <= 24 || number.value > 99 || countedBy(tokens, number.next)) return null;
  const { value: hour, next, prefix } = number;
  return { hour, minute: 0, next, prefix, precise: false, impossible: true };
}

/** 4.30 is an hour only when it cannot be a date or when "בשעה" says so. */
function readDotted(tokens: readonly Token[], at: number, led: boolean): Core | null {
  const token = tokens[at]!;
  const digits = token.digits!;
  if (digits.shape !== "dotted" || digits.rightDigits !== 2 || digits.right > 59 || digits.left > 23) return null;
  const { tag } = tokens[at + 1]?.entry ?? {};
  const couldBeDate = digits.right >= 1 && digits.right <= 12 && digits.left >= 1;
  if (couldBeDate && !led && tag !== "am" && tag !== "pm") return null;
  const { left: hour, right: minute, padded } = digits;
  return { hour, minute, padded, written: true, precise: true, next: at + 1, prefix: token.prefix };
}

/** "רבע לשמונה", "עשרה לחמש", "עשרים דקות לשש", "רבע אחרי שלוש", "חצי אחרי ארבע", "חמש דקות לפני עשר", "חצי שעה לפני חמש". */
function readMinutesTo(tokens: readonly Token[], at: number): Core | null {
  const token = tokens[at]!;
  if (token.prefix.includes("ה") || token.prefix.includes("ל")) return null;
  const share = minutesShare(tokens, at);
  const middle = share && tokens[share.next];
  if (!share || !middle) return null;
  const { minutes, next, spelled, length } = share;
  const past = middle.entry.tag === "after" && middle.prefix === "";
  const before = middle.entry.tag === "ago" && middle.prefix === "" && spelled;
  if (
    minutes >= 30
      ? !past && !(before && length)
      : !past && !before && !middle.prefix.endsWith("ל") && !(middle.text === "ל" && tokens[next + 1])
  )
    return minutes === 30 && !length ? halfOf(tokens, at, next) : null; // "חצי לשלוש" is no way to say an hour
  const target = past || before || middle.text === "ל" ? next + 1 : next;
  const named = hourAt(tokens, target);
  if (!named || named.value < 1) return null;
  const total = named.value * 60 + (past ? minutes : -minutes);
  return {
    hour: Math.floor(total / 60) || 12, minute: total % 60, named: named.value, written: named.digits, next: named.next, precise: true, prefix: token.prefix,
  }; // biome-ignore format: one thing
}

/** "חצי ארבע": half past three to some, half past four to others, so it is no hour until one asks. */
function halfOf(tokens: readonly Token[], at: number, next: number): Core | null {
  const named = tokens[next]!.prefix === "" && tokens[at]!.prefix !== "ו" ? hourAt(tokens, next) : null;
  if (!named || named.value < 1 || named.value > 12 || countedBy(tokens, named.next)) return null;
  return {
    hour: named.value,
    minute: 0,
    next: named.next,
    prefix: tokens[at]!.prefix,
    precise: true,
    impossible: true,
  };
}

/**
 * The minutes counted from the hour; `spelled` when "דקות" or "רבע" says that they are minutes, `length` when they are
 * called a part of an hour ("רבע שעה").
 */
function minutesShare(
  tokens: readonly Token[],
  at: number,
): { minutes: number; next: number; spelled: boolean; length: boolean } | null {
  const { tag } = tokens[at]!.entry;
  const length = tokens[at + 1]?.entry.unit === "hour" && tokens[at + 1]!.prefix === "";
  const minutes = tag === "three-quarters" ? 45 : tag === "half" ? 30 : tag === "quarter" ? 15 : null;
  if (minutes !== null) return { minutes, next: at + (length ? 2 : 1), spelled: true, length };
  const number = readNumber(tokens, at);
  if (!number || number.value > 29 || number.value < 1 || !Number.isInteger(number.value)) return null;
  const spelled = tokens[number.next]?.entry.unit === "minute";
  if (!spelled && (number.value < 5 || number.value % 5 !== 0)) return null;
  return { minutes: number.value, next: spelled ? number.next + 1 : number.next, spelled, length: false };
}

/** A whole number 0-24 that could be an hour. */
function hourAt(
  tokens: readonly Token[],
  at: number,
): { value: number; next: number; gender: string; digits: boolean } | null {
  const number = readNumber(tokens, at);
  if (number && Number.isInteger(number.value) && number.value <= 24 && number.gender !== "construct") return number;
  return null;
}

/** "ארבע", "ארבע וחצי", "4 ורבע", "שלוש ועשרים", "שבע ארבעים וחמש", "חמש פחות רבע", "1630". */
function readHour(tokens: readonly Token[], at: number, led: boolean): Core | null {
  const token = tokens[at]!;
  if (token.entry.ordinal !== undefined) return null;
  const military = readMilitary(tokens, at, led);
  if (military) return military;
  const number = hourAt(tokens, at);
  if (!number) return null;
  const padded = token.digits?.shape === "int" && token.digits.padded;
  const base = { hour: number.value, prefix: token.prefix, padded, masculine: number.gender === "m" };
  const due = led || token.prefix.includes("ב") || namesDay(tokens[at - 1]);
  const minutes = (due ? spacedMinutes(tokens, number.next) : null) ?? minutesAfter(tokens, number.next, number.value);
  if (minutes && minutes.value > 59) return { ...base, minute: 0, next: minutes.next, precise: true, impossible: true };
  if (!minutes) return { ...base, minute: 0, next: number.next, precise: false };
  if (minutes.value >= 0) return { ...base, minute: minutes.value, next: minutes.next, precise: true };
  const hour = number.value === 0 ? 23 : number.value === 1 ? 12 : number.value - 1;
  return { ...base, hour, named: number.value, minute: 60 + minutes.value, next: minutes.next, precise: true };
}

/** "מחר ב 10 30", "בשעה 9 05": a transcription's minutes in two digits; "9 10" may as well be two hours. */
function spacedMinutes(tokens: readonly Token[], at: number): { value: number; next: number } | null {
  const { digits, text, prefix, mark } = tokens[at] ?? {};
  if (digits?.shape !== "int" || prefix !== "" || text?.length !== 2) return null;
  const isMinutes = digits.padded || (digits.value >= 15 && digits.value <= 55);
  if (mark !== "" || !isMinutes || digits.value % 5 !== 0 || tokens[at + 1]?.digits) return null;
  return countedBy(tokens, at + 1) || tokens[at + 1]?.mark === "$" ? null : { value: digits.value, next: at + 1 };
}

/** Minutes named after the hour; negative for "פחות", above 59 when somebody says so. */
function minutesAfter(tokens: readonly Token[], at: number, hour: number): { value: number; next: number } | null {
  const token = tokens[at];
  if (!token) return null;
  const { tag } = token.entry;
  if ((tag === "half" || tag === "quarter") && (token.prefix === "ו" || token.prefix === "")) {
    if (tokens[at + 1]?.entry.unit && token.prefix === "") return null;
    return { value: tag === "half" ? 30 : 15, next: at + 1 };
  }
  if (tag === "three-quarters" && token.prefix === "ו") return { value: 45, next: at + 1 };
  if (tag === "less" && token.prefix === "") {
    if (tokens[at + 1]?.entry.tag === "quarter") return { value: -15, next: at + 2 };
    const less = readNumber(tokens, at + 1);
    return less && less.value <= 30 ? { value: -less.value, next: afterMinutesWord(tokens, less.next) } : null;
  }
  if (token.prefix !== "ו" && token.prefix !== "") return null;
  if (token.prefix === "" && token.digits) return null;
  const number = readNumber(tokens, at);
  if (!number || number.value > 99 || !Number.isInteger(number.value) || number.gender === "construct") return null;
  const next = afterMinutesWord(tokens, number.next);
  if (number.value > 59) return next > number.next ? { value: number.value, next } : null; // "ושבעים דקות", not "ושבעים שקל"
  if (number.value === 0 && unitless(tokens[number.next]) && tokens[number.next]?.entry.number === 0)
    return { value: 0, next: at + 2 };
  const units = number.value === 0 ? tokens[number.next]?.entry.number : undefined;
  if (units !== undefined && units < 10 && tokens[number.next]!.prefix === "")
    return { value: units, next: afterMinutesWord(tokens, number.next + 1) }; // "ארבע אפס חמש"
  if (token.prefix === "" && number.value < 10) return null; // "ארבע חמש": a list or a correction, not 4:05
  if (token.prefix === "" && number.value === hour + 1) return null; // "עשר אחת עשרה": two hours
  if (countedBy(tokens, next)) return null;
  return { value: number.value, next };
}

/** The number before counts this: "עשרים דקות", "עשרים חדרים"; not "ביום", and not the weekday of "יום א". */
function countedBy(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.entry.countable) return true;
  return token?.entry.unit !== undefined && token.prefix === "" && !namesWeekday(tokens, at);
}

const unitless = (token: Token | undefined): boolean => token !== undefined && token.entry.unit === undefined;

const afterMinutesWord = (tokens: readonly Token[], at: number): number =>
  tokens[at]?.entry.unit === "minute" && tokens[at]?.prefix === "" ? at + 1 : at;

const namesDay = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.entry.shift !== undefined ||
    token.entry.weekday !== undefined ||
    (token.entry.ordinal ?? 7) <= 6 ||
    token.digits?.shape === "date");

/** "1630", "0900", "330 pm": three or four digits, read as a clock when an hour is due or right behind a day ("מחר 0900"). */
function readMilitary(tokens: readonly Token[], at: number, led: boolean): Core | null {
  const token = tokens[at]!;
  const { digits } = token;
  if (digits?.shape !== "int" || digits.value < 100 || digits.value > 2359) return null;
  const [hour, minute] = [Math.floor(digits.value / 100), digits.value % 100];
  const meridiem = tokens[at + 1]?.entry.tag;
  const round = hour < 10 && minute === 0 && !/\d{4}/.test(token.text); // "3 ב-100" is a price
  if (round && meridiem !== "am" && meridiem !== "pm") return null;
  const behindDay = hour >= 7 && minute % 15 === 0 && namesDay(tokens[at - 1]) && token.prefix === "";
  const due =
    meridiem === "am" || meridiem === "pm" || ((led || token.prefix === "ב") && minute % 5 === 0) || behindDay;
  if (minute > 59 || hour > 23 || !due) return null;
  return { hour, minute, next: at + 1, precise: true, written: true, prefix: token.prefix };
}
