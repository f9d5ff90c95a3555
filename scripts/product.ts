/** Starts the product as its users do, in a process of its own, and runs its command line; for demo, benches and tests. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };

const root = join(import.meta.dir, "..");

export interface RunningProduct {
  url: string;
  pid: number;
  /** Everything it wrote so far. */
  log(): string;
  /** SIGTERM, then its exit code. */
  stop(): Promise<number>;
  kill(): Promise<void>;
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number>;
}

export interface ProductOptions {
  environment: Readonly<Record<string, string>>;
  /** Command before bun, e.g. `["taskset", "-c", "0"]`. */
  prefix?: readonly string[];
  /** Sees every line as it comes. */
  onLine?: (line: string) => void;
}

/**
 * The environment of a child: only what it needs to find programs, and what is given. Nor does it read the operator's
 * `.env`, which names the real database: bunfig.toml turns that off, and only `bun run start` and `bun run cli` ask for it.
 */
export const childEnvironment = (given: Readonly<Record<string, string>>): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "",
  ...given,
});

// The command of `bun start` without the operator's settings: those of the engine (NAME=value), then the program.
const startWords = manifest.scripts.start.split(" ").filter((word) => !word.startsWith("--env-file"));
const engineSettings = Object.fromEntries(
  startWords.filter((word) => word.includes("=")).map((word) => word.split("=")),
);
const program = startWords.filter((word) => !word.includes("=")).slice(1);

/** Resolves when the product says that it is ready. @throws when it ends before, with what it said. */
export async function startProduct({ environment, prefix = [], onLine }: ProductOptions): Promise<RunningProduct> {
  const child = Bun.spawn([...prefix, process.execPath, ...program], {
    cwd: root,
    env: { ...engineSettings, ...childEnvironment(environment) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  // A script that dies without stopping what it started must not leave it behind.
  process.once("exit", () => child.kill("SIGTERM"));
  const lines: string[] = [];
  const ready = Promise.withResolvers<string>();
  void (async () => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        onLine?.(line);
        const url = / \[APP\] ready url=(\S+)/.exec(line)?.[1];
        if (url !== undefined) ready.resolve(url);
      }
    }
    ready.reject(new Error(`the product ended with code ${await child.exited}:\n${lines.join("\n")}`));
  })();
  return {
    url: await ready.promise,
    pid: child.pid,
    log: () => lines.join("\n"),
    exited: child.exited,
    async stop() {
      child.kill("SIGTERM");
      return child.exited;
    },
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** One command of the product's command line; its stdout. @throws with stderr when it fails. */
export async function runCli(environment: Readonly<Record<string, string>>, args: readonly string[]): Promise<string> {
  const child = Bun.spawn([process.execPath, "--no-install", "src/cli.ts", ...args], {
    cwd: root,
    env: childEnvironment(environment),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`cli ${args[0]} ${args[1]} ended with code ${code}: ${err}`);
  return out;
}

/** Deletes a storage folder, also when its database folder is a link to another place. */
export async function removeStorage(folder: string): Promise<void> {
  const real = await Bun.$`readlink -f ${folder}/database`.quiet().nothrow().text();
  await rm(folder, { recursive: true, force: true });
  if (real.trim() !== "") await rm(real.trim(), { recursive: true, force: true });
}
