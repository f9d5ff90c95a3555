/**
 * What a run of digits looks like, before any grammar: `clock` 16:30 (25:00 and 11:5 are impossible ones), `dotted` 4.30 or 5.2 (an hour or a day and
 * month), `date` with two or three parts, `int`, `decimal`, and `opaque` for phone numbers and codes.
 */
export type Digits =
  | { shape: "int"; value: number; padded: boolean }
  | { shape: "clock"; hour: number; minute: number; second: number | null; padded: boolean; impossible: boolean }
  | { shape: "dotted"; left: number; right: number; padded: boolean; rightDigits: number }
  | { shape: "date"; day: number; month: number; year: number | null; monthFirst: boolean }
  | { shape: "decimal"; value: number }
  | { shape: "opaque" };

const number = (text: string | undefined): number => Number(text ?? "0");

/** Two-digit years are of this century, as far as 2069; above that the last one. */
const fullYear = (text: string): number => {
  const value = Number(text);
  return text.length > 2 ? value : value < 70 ? 2000 + value : 1900 + value;
};

/** Reads one run such as `16:30`, `05/02/2027` or `3.5`. Runs that join two things with `-` are split before. */
export function readDigits(run: string): Digits {
  if (run === "24/7") return { shape: "opaque" }; // "all the time"
  if (/^\d+$/.test(run)) {
    if (run.length >= 7 || (run.length > 4 && run[0] === "0")) return { shape: "opaque" };
    return { shape: "int", value: Number(run), padded: run.length === 2 && run[0] === "0" };
  }
  const clock = /^(\d{1,2}):(\d{1,2})(?::(\d{2}))?$/.exec(run) ?? /^(\d{1,2}),(00|15|30|45)$/.exec(run); // "10,30" is typed for 10:30
  if (clock) return readClock(clock);
  const iso = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$/.exec(run);
  if (iso)
    return { shape: "date", day: number(iso[3]), month: number(iso[2]), year: number(iso[1]), monthFirst: false };
  const full = /^(\d{1,2})([-./])(\d{1,2})\2(\d{2}|\d{4})$/.exec(run);
  if (full) return dayFirst(number(full[1]), number(full[3]), fullYear(full[4]!));
  const slashed = /^(\d{1,2})\/(\d{1,2})$/.exec(run);
  if (slashed) return dayFirst(number(slashed[1]), number(slashed[2]), null);
  const dotted = /^(\d{1,2})\.(\d{1,2})$/.exec(run);
  if (dotted) {
    const padded = dotted[1]!.length === 2 && dotted[1]![0] === "0";
    return {
      shape: "dotted",
      left: number(dotted[1]),
      right: number(dotted[2]),
      padded,
      rightDigits: dotted[2]!.length,
    };
  }
  if (/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(run)) {
    const value = Number(run.replaceAll(",", ""));
    return Number.isInteger(value) ? { shape: "int", value, padded: false } : { shape: "decimal", value };
  }
  if (/^\d*\.\d+$/.test(run)) return { shape: "decimal", value: Number(run) };
  return { shape: "opaque" };
}

function readClock(match: RegExpExecArray): Digits {
  const hour = number(match[1]);
  const minute = number(match[2]);
  const second = match[3] === undefined ? null : number(match[3]);
  const cut = match[2]!.length < 2; // "11:5" may be 11:05 or 11:50
  const impossible = cut || hour > 24 || minute > 59 || (second ?? 0) > 59 || (hour === 24 && minute > 0);
  return { shape: "clock", hour, minute, second, padded: match[1]!.length === 2 && hour < 10, impossible };
}

const dayFirst = (day: number, month: number, year: number | null): Digits => ({
  shape: "date",
  day,
  month,
  year,
  monthFirst: month > 12 && month <= 31 && day <= 12,
});
