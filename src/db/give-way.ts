import { writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

// A tenth of our weight: a database at work then delays a frame of audio by a wake-up instead of a slice of time.
const nicerBy = 10;
const nicest = 19;

/**
 * The database shares its cores with live calls, which feel every millisecond while it feels none: from now on `pid`, and what
 * it starts, take what the audio leaves.
 */
export function giveWay(pid: number): void {
  const niceness = Math.min(nicest, getPriority() + nicerBy);
  quietly(() => setPriority(pid, niceness));
  // Linux may weigh sessions before it weighs processes, and the server has a session of its own.
  quietly(() => writeFileSync(`/proc/${pid}/autogroup`, `${niceness}`));
}

/** A system that refuses, or knows nothing of it, runs as before. */
function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // nothing depends on it
  }
}
