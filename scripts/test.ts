/**
 * `bun run test`: every check and every test, in random order and in parallel processes.
 * Closes with one line that counts what ran.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { chromiumPath, howToInstall } from "../web/testing/browser.ts";

const root = join(import.meta.dir, "..");
const bun = process.execPath;

const run = async (...args: string[]): Promise<number> =>
  Bun.spawn([bun, "--no-install", ...args], { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "inherit" })
    .exited;

const checkCode = await run("scripts/check.ts");
const testCode = await run(
  "test",
  "--randomize",
  `--parallel=${Math.max(2, availableParallelism())}`,
  ...process.argv.slice(2),
);
if (chromiumPath === null) process.stdout.write(`${howToInstall}\n`);
process.exit(checkCode || testCode);
