/**
 * `bun run check`: everything that a program can judge about this code. Each finding says what to do instead.
 * Exit code 1 when there is one.
 */
import { join } from "node:path";
import { checkLayers } from "./checks/layers.ts";
import { checkLockfile } from "./checks/lockfile.ts";
import { checkRoutes } from "./checks/routes.ts";
import { readSources } from "./checks/sources.ts";
import { checkStyles } from "./checks/styles.ts";
import { checkTenants } from "./checks/tenants.ts";
import { checkDuplicateFiles, checkWords } from "./checks/words.ts";

const root = join(import.meta.dir, "..");

/** A tool's own findings are its output; it has found something when it exits with another code than 0. */
async function tool(...command: string[]): Promise<string[]> {
  const child = Bun.spawn([process.execPath, "x", "--no-install", ...command], {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return code === 0 ? [] : [`${out}${err}`.trim()];
}

// Eight lines that stand twice are worth one home. Tests repeat on purpose: each reads alone.
const jscpdOptions = "--threshold 0 --min-lines 8 --min-tokens 80 --format typescript,tsx --reporters console --no-tips"
  .split(" ")
  .concat("--ignore", "**/*.test.ts,**/testing/**");
const sources = await readSources(root);
const checks: [string, () => Promise<string[]> | string[]][] = [
  ["types (tsc)", () => tool("tsc", "--noEmit")],
  ["style, function and file sizes (biome)", () => tool("biome", "ci", "--colors=off", "--error-on-warnings", ".")],
  ["dead files, exports and packages (knip)", () => tool("knip", "--no-progress")],
  ["repeated code (jscpd)", () => tool("jscpd", ...jscpdOptions, "src", "web", "scripts")],
  ["who imports whom", () => checkLayers(sources)],
  ["each route once, in its module", () => checkRoutes(sources)],
  ["banned words and names", () => checkWords(sources)],
  ["every statement names its business", () => checkTenants(sources)],
  ["logical styles", () => checkStyles(root)],
  ["duplicate files", () => checkDuplicateFiles(sources)],
  ["lock file", () => checkLockfile(root)],
];

let failed = 0;
for (const [name, run] of checks) {
  const startedMs = performance.now();
  const problems = await run();
  const tookMs = Math.round(performance.now() - startedMs);
  process.stdout.write(`${problems.length === 0 ? "ok  " : "FAIL"} ${name} (${tookMs} ms)\n`);
  for (const problem of problems) process.stdout.write(`     ${problem.replaceAll("\n", "\n     ")}\n`);
  failed += problems.length === 0 ? 0 : 1;
}
process.exit(failed === 0 ? 0 : 1);
