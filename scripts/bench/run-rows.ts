import { type Finding, printFinding, type Row } from "./finding.ts";
import { machine } from "./stand.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Measures the rows named on the command line, or all, prints what they found, and exits with 1 when a bar is missed. */
export async function runRows(rows: readonly Row[], before: () => Promise<void> = async () => {}): Promise<never> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    say(`no row "${unknown.join(", ")}"; there are:`);
    for (const { name, title } of rows) say(`  ${name.padEnd(14)} ${title}`);
    process.exit(2);
  }
  await before();
  say(`${machine}\n`);
  const missed: Finding[] = [];
  for (const row of rows) {
    if (wanted.length > 0 && !wanted.includes(row.name)) continue;
    say(`── ${row.name}: ${row.title}`);
    for (const finding of await row.measure()) {
      say(printFinding(finding));
      if (finding.passed === false) missed.push(finding);
    }
  }
  say(missed.length === 0 ? "Every bar is met." : `Missed: ${missed.map(({ what }) => what).join("; ")}.`);
  process.exit(missed.length === 0 ? 0 : 1);
}
