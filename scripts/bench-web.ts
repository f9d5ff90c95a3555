/**
 * `bun run bench:web`: what the panel costs a phone. Bytes over the wire, first and largest paint and layout shift on a slow
 * line, how fast ten thousand customers are filtered, what axe finds on every page, and what a live call's level costs. Exit code 1 when a budget is missed.
 */
import { availableParallelism, loadavg } from "node:os";
import type { Browser } from "playwright-core";
import { chromiumPath, howToInstall, launchBrowser } from "../web/testing/browser.ts";
import { fillOffice, hardNames } from "../web/testing/busy-day.ts";
import { type Office, openOffice } from "../web/testing/office.ts";
import { checkAxe } from "./bench-web/axe.ts";
import { measureBytes } from "./bench-web/bytes.ts";
import { measureFilter } from "./bench-web/filter.ts";
import { measureLevel } from "./bench-web/level.ts";
import { measurePaint } from "./bench-web/paint.ts";

/** One line of the report. */
export interface Budget {
  what: string;
  value: number;
  /** Largest value that is still good. */
  limit: number;
  unit: string;
}

if (chromiumPath === null) {
  process.stdout.write(`${howToInstall}\n`);
  process.exit(2);
}

const budgets: Budget[] = await measureBytes();
const [browser, office]: [Browser, Office] = await Promise.all([launchBrowser(), openOffice()]);
try {
  const customers = await fillOffice(office, hardNames);
  budgets.push(...(await measurePaint(browser, office)));
  budgets.push(...(await checkAxe(browser, office, customers[0]!)));
  budgets.push(...(await measureFilter(browser, office)));
} finally {
  await browser.close();
  await office.stop();
}
budgets.push(...(await measureLevel()));
const [load = 0] = loadavg();
process.stdout.write(
  `load of the machine ${load.toFixed(1)} on ${availableParallelism()} cores; times mean something below one per core\n`,
);
let missed = 0;
for (const { what, value, limit, unit } of budgets) {
  const good = value <= limit;
  missed += good ? 0 : 1;
  process.stdout.write(
    `${good ? "ok  " : "MISS"} ${what.padEnd(64)} ${format(value)} ${unit} (at most ${format(limit)})\n`,
  );
}
process.exit(missed === 0 ? 0 : 1);

function format(value: number): string {
  return (Number.isInteger(value) ? String(value) : value.toFixed(value < 1 ? 3 : 1)).padStart(8);
}
