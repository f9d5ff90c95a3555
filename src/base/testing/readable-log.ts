import { createLog, type Log, type LogLevel } from "../log.ts";

/** A log and what was said to it: `lines` grows with it. */
export function readableLog(level: LogLevel = "debug"): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { lines, log: createLog({ level, format: "text", write, instant: () => Temporal.Now.instant() }) };
}
