import { bars, type Outcome, runConformance } from "../src/hebrew/conformance/conformance.ts";

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** One line of the report; false when the share is below the bar. */
function report(name: string, outcomes: readonly Outcome[], bar: number): boolean {
  const agree = outcomes.filter(({ agrees }) => agrees).length;
  const exact = outcomes.filter((outcome) => outcome.exact).length;
  const enough = agree / outcomes.length >= bar;
  const total = outcomes.length;
  process.stdout.write(
    `${name}: ${agree}/${total} agree = ${percent(agree, total)} (bar ${percent(bar, 1)}: ${enough ? "met" : "MISSED"}), ` +
      `${exact}/${total} to the letter = ${percent(exact, total)}\n`,
  );
  return enough;
}

const outcomes = runConformance();
for (const { id, text, active, exact, agrees, expected, got } of outcomes) {
  if (exact) continue;
  const { evidence: _, ...fields } = got;
  const word = agrees ? "by policy" : "MISS     ";
  process.stdout.write(`${word} ${id} ${active ? "active  " : "disabled"} ${text}\n`);
  process.stdout.write(
    `            expected ${JSON.stringify(expected)}\n            got      ${JSON.stringify(fields)}\n`,
  );
}
const active = report(
  "active cases",
  outcomes.filter((outcome) => outcome.active),
  bars.active,
);
const disabled = report(
  "switched-off cases",
  outcomes.filter((outcome) => !outcome.active),
  bars.disabled,
);
process.exitCode = active && disabled ? 0 : 1;
