/** What Linux says about a running process, read from /proc. */
import { readdirSync, readFileSync } from "node:fs";

// Fields of /proc/PID/stat behind the command name, which is in brackets and may contain anything.
const fieldsOf = (pid: number): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
};

const ticksPerSecond = 100; // USER_HZ, the same on every Linux that Bun runs on

/** CPU time the process has used so far, user and system, in seconds; threads included, children not. */
export function cpuSeconds(pid: number): number {
  const fields = fieldsOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The same with everything below it: children that live, and those that ended and were waited for. */
export function treeCpuSeconds(pid: number): number {
  const fields = fieldsOf(pid);
  const reaped = (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
  return childrenOf(pid).reduce((sum, child) => sum + cpuIfThere(child), cpuSeconds(pid) + reaped);
}

function cpuIfThere(pid: number): number {
  try {
    return cpuSeconds(pid);
  } catch {
    return 0; // gone since it was listed: its parent has its time
  }
}

/** How long the process's main thread was ready to run and somebody else had its core, in seconds. */
function waitedSeconds(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ")[1]) / 1e9;
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) * 1_024;
}

export function childrenOf(parent: number): number[] {
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => {
    try {
      return Number(fieldsOf(pid)[1]) === parent;
    } catch {
      return false; // gone since it was listed
    }
  });
}

/** Reads a process every `everyMs` until stopped. */
export class ProcessWatch {
  readonly samples: { atMs: number; cpuSeconds: number; waitedSeconds: number; residentBytes: number }[] = [];
  readonly #timer: Timer;

  constructor(pid: number, cpuOf: (pid: number) => number = cpuSeconds, everyMs = 500) {
    const read = (): void => {
      this.samples.push({
        atMs: performance.now(),
        cpuSeconds: cpuOf(pid),
        waitedSeconds: waitedSeconds(pid),
        residentBytes: residentBytes(pid),
      });
    };
    read();
    this.#timer = setInterval(read, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get peakBytes(): number {
    return Math.max(...this.samples.map(({ residentBytes: bytes }) => bytes));
  }

  /** Part of the time since the watch began in which the main thread could not run because others did. */
  get waitedShare(): number {
    const [first, last] = [this.samples[0]!, this.samples.at(-1)!];
    return (1_000 * (last.waitedSeconds - first.waitedSeconds)) / Math.max(1, last.atMs - first.atMs);
  }

  /** CPU seconds from `seconds` after the watch began until its end. */
  usedAfter(seconds: number): number {
    const from = this.samples.find(({ atMs }) => atMs >= this.samples[0]!.atMs + 1_000 * seconds) ?? this.samples[0]!;
    return this.samples.at(-1)!.cpuSeconds - from.cpuSeconds;
  }
}
