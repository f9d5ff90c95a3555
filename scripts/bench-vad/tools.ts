import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the bench keeps between runs, outside the repository: synthesised speech and the built peer. */
export function cacheDir(name: string): string {
  const path = join(Bun.env.BENCH_VAD_CACHE ?? join(tmpdir(), "agentlocator-bench-vad"), name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** A tool of the machine is missing; the message says how to get it. */
export class MissingTool extends Error {}

export function requireTool(command: string, apt: string): void {
  if (Bun.which(command) !== null) return;
  throw new MissingTool(`${command} is missing. Install it with: apt-get install ${apt} (or your system's package)`);
}

/** The WebRTC detector as npm's `webrtcvad` binds it: 16-bit little-endian samples of one 10, 20 or 30 ms frame. */
export interface WebRtcVad {
  process(audio: Buffer): boolean;
}
export type WebRtcVadClass = new (sampleRate: number, aggressiveness: number) => WebRtcVad;

const PEER = "webrtcvad@1.0.1";

/**
 * Installs and builds the peer on first use. It is no dependency of the product: native code and used only here.
 * @throws MissingTool when a tool for the build is missing or the build fails.
 */
export async function loadPeer(): Promise<WebRtcVadClass> {
  const dir = cacheDir("peer");
  const home = join(dir, "node_modules/webrtcvad");
  if (!existsSync(join(home, "build/Release/vad.node"))) await buildPeer(dir, home);
  const loaded = (await import(join(home, "dist/index.js"))) as {
    default: WebRtcVadClass | { default: WebRtcVadClass };
  };
  return "default" in loaded.default ? loaded.default.default : loaded.default;
}

async function buildPeer(dir: string, home: string): Promise<void> {
  requireTool("npx", "nodejs npm");
  requireTool("python3", "python3");
  requireTool("make", "build-essential");
  requireTool("g++", "build-essential");
  await Bun.write(join(dir, "package.json"), '{ "name": "bench-vad-peer", "private": true }\n');
  await run(["bun", "add", "--exact", "--ignore-scripts", PEER], dir);
  await run(["npx", "--yes", "node-gyp", "rebuild"], home);
}

async function run(command: string[], cwd: string): Promise<void> {
  const child = Bun.spawn(command, { cwd, stdout: "ignore", stderr: "pipe" });
  const [code, errors] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  if (code !== 0) throw new MissingTool(`${PEER}: \`${command.join(" ")}\` failed:\n${errors.slice(-800)}`);
}
