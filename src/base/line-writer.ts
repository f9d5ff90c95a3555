/** Buffered lines to a byte sink; see `createLineWriter`. */
export interface LineWriter {
  write(line: string): void;
  /** Resolves when all that was taken so far has been handed to the sink, or after `withinMs`: it may never take it. */
  flush(withinMs?: number): Promise<void>;
  /** Lines dropped because the sink did not keep up. */
  readonly dropped: number;
}

interface ByteSink {
  write(chunk: string): number | Promise<number>;
  flush(): number | Promise<number>;
}

// 50 ms and 16 KB: one system call per burst instead of one per line (2.4 µs a line against 5); 4 MB is some
// 30,000 lines, enough to ride out a reader that stalls for a while, and a bound when it never comes back.
const flushEveryMs = 50;
const flushAtChars = 16_384;
const heldCharsMax = 4_000_000;

/** Collects lines and hands them to `sink` in batches, off the caller's path; drops (and counts) when the sink is stuck. */
export function createLineWriter(sink: ByteSink): LineWriter {
  let held: string[] = [];
  let heldChars = 0;
  let dropped = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let draining: Promise<void> = Promise.resolve();
  let busy = false;

  const drain = async (): Promise<void> => {
    busy = true;
    try {
      while (held.length > 0) {
        const batch = `${held.join("\n")}\n`;
        held = [];
        heldChars = 0;
        await sink.write(batch);
        await sink.flush();
      }
    } catch {
      dropped += held.length; // stdout is gone (closed pipe, full disk): logging must never end the process
      held = [];
      heldChars = 0;
    } finally {
      busy = false;
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (!busy) draining = drain();
    return draining;
  };
  return {
    write(line) {
      if (heldChars + line.length > heldCharsMax) {
        dropped++;
        return;
      }
      held.push(line);
      heldChars += line.length;
      if (heldChars >= flushAtChars) void flush();
      else timer ??= setTimeout(() => void flush(), flushEveryMs);
    },
    flush: (withinMs) =>
      withinMs === undefined
        ? flush()
        : Promise.race([flush(), new Promise<void>((over) => setTimeout(over, withinMs))]),
    get dropped() {
      return dropped;
    },
  };
}
