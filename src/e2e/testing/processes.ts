import { readFileSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment } from "../../../scripts/product.ts";

/** How a product ended that was started to see it end. */
export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Starts the product and waits until it has ended by itself. */
export async function runToEnd(environment: Readonly<Record<string, string>>): Promise<Ended> {
  const child = Bun.spawn([process.execPath, "--no-install", "src/main.ts"], {
    cwd: join(import.meta.dir, "../../.."),
    env: childEnvironment(environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

/** The process and all its descendants, parents first. */
export function familyOf(pid: number): number[] {
  const listed = Bun.spawnSync(["pgrep", "-P", String(pid)])
    .stdout.toString()
    .trim();
  const children = listed === "" ? [] : listed.split("\n").map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

/** What the process was started with, as one line; empty when it is gone. */
export const commandOf = (pid: number): string =>
  Bun.spawnSync(["ps", "-o", "args=", "-p", String(pid)]).stdout.toString();

/** The PostgreSQL server of an installation with all its children; empty when none runs. */
export function databaseFamily(storageDir: string): number[] {
  try {
    const file = readFileSync(join(storageDir, "database/data/postmaster.pid"), "utf8");
    return familyOf(Number(file.split("\n")[0]));
  } catch {
    return [];
  }
}

/** Sends a signal to each; who is gone already is left out. */
export function signalAll(pids: readonly number[], signal: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): void {
  for (const pid of pids)
    try {
      process.kill(pid, signal);
    } catch {
      // it went with its parent
    }
}
