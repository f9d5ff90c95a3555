/**
 * `bun run bench [ROW …]`: measures the call path against its bars. The product runs as its users run it, in a process
 * of its own on one core; the telephone network and the model are simulated on another. Exit code 1 when a bar is missed.
 */
import { capacity } from "./bench/capacity-row.ts";
import { type Finding, printFinding, type Row } from "./bench/finding.ts";
import { greeting } from "./bench/greeting-row.ts";
import { hot } from "./bench/hot-row.ts";
import { interruption } from "./bench/interruption-row.ts";
import { memory } from "./bench/memory-row.ts";
import { stalled } from "./bench/stalled-row.ts";
import { leaveFirstCore, machine } from "./bench/stand.ts";
import { steady } from "./bench/steady-rows.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const rows: readonly Row[] = [hot, stalled, greeting, interruption, steady, capacity, memory];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) {
  say(`no row "${unknown.join(", ")}"; there are:`);
  for (const { name, title } of rows) say(`  ${name.padEnd(14)} ${title}`);
  process.exit(2);
}

await leaveFirstCore();
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
