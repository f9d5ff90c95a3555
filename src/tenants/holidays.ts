import { hebrewDateText } from "../hebrew/hebrew-calendar.ts";
import { restDay } from "../hebrew/holidays.ts";

export interface Holiday {
  /** Local date. */
  date: string;
  hebrewDate: string;
  kind: "holiday" | "eve";
  name: string;
}

/** Holidays of rest and their eves from a date on, without the weekly Shabbat: what an owner may override (C7). */
export function holidaysFrom(from: Temporal.PlainDate, days: number): Holiday[] {
  return Array.from({ length: days }, (_, ahead) => from.add({ days: ahead })).flatMap((date) => {
    const rest = restDay(date);
    if (rest === null || rest.kind === "shabbat" || rest.name === "ערב שבת") return [];
    return [{ date: date.toString(), hebrewDate: hebrewDateText(date), kind: rest.kind, name: rest.name }];
  });
}
