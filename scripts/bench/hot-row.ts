/** The hot function per inbound frame; measured by `scripts/bench-hot.ts` in processes of its own. */
import { join } from "node:path";
import type { Finding, Row } from "./finding.ts";

const bars = { ns: 3_000, bytes: 600 };

async function measure(): Promise<Finding[]> {
  const script = join(import.meta.dir, "../bench-hot.ts");
  const child = Bun.spawn([process.execPath, "--no-install", script], { stdout: "pipe", stderr: "inherit" });
  const out = await new Response(child.stdout).text();
  await child.exited;
  return [...out.matchAll(/^(\w+)\s+(\d+) ns\s+(-?\d+) bytes/gm)].map(([, variant = "", ns, bytes]) => {
    const withDetector = variant.includes("vad");
    return {
      what: `hot function per inbound frame, ${variant.replaceAll("_", " ")}`,
      bar: withDetector ? "" : `< ${bars.ns / 1_000} µs, < ${bars.bytes} bytes`,
      measured: `${(Number(ns) / 1_000).toFixed(2)} µs, ${bytes} bytes`,
      conditions: "200,000 frames in a child; bytes from the collector's own log, without an empty loop's",
      passed: withDetector ? null : Number(ns) < bars.ns && Number(bytes) < bars.bytes,
    };
  });
}

export const hot: Row = { name: "hot", title: "the hot function", measure };
