import { describe, expect, test } from "bun:test";
import { brief } from "../brief.ts";
import type { Context } from "../types.ts";
import { understand } from "../understand.ts";

/**
 * A table of sayings: each line is `what is said = what is understood`, in the short form of `brief`. All are said at
 * `now` in Israel, in the given conversation. Times in the table are local wall time.
 */
export function sayings(title: string, now: string, context: Context, table: string): void {
  describe(title, () => {
    for (const line of table.split("\n").filter((row) => row.includes(" = "))) {
      const [said = "", expected = ""] = line.split(/ = (?=[^=]*$)/).map((part) => part.trim());
      test(`${said} = ${expected}`, () => {
        const moment = { now: Temporal.Instant.from(now), zone: "Asia/Jerusalem", city: "tel-aviv", context };
        expect(brief(understand(said, moment))).toBe(expected);
      });
    }
  });
}
