import { AppError } from "../base/errors.ts";
import { instantOfLocal } from "../base/local-time.ts";

/**
 * `--at 2026-12-31T10:00` in the business's zone, or with an offset of its own. Given the zone and the present, the
 * instant. @throws AppError "invalid": now for what is no time, later for one that is past or that the clock skips or
 * shows twice.
 */
export function readStart(text: string | undefined): (zone: string, now: Temporal.Instant) => Temporal.Instant {
  if (text === undefined) throw new AppError("invalid", "--at is missing; write one like 2026-12-31T10:00");
  const resolve = instantOf(text);
  return (zone, now) => {
    const at = resolve(zone);
    if (Temporal.Instant.compare(at, now) <= 0) throw new AppError("invalid", `--at ${text} is past`);
    return at;
  };
}

function instantOf(text: string): (zone: string) => Temporal.Instant {
  const wanted = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?<offset>Z|[+-]\d\d:\d\d)?$/.exec(text);
  try {
    if (wanted?.groups?.offset !== undefined) {
      const instant = Temporal.Instant.from(text);
      return () => instant;
    }
    if (wanted) {
      const local = Temporal.PlainDateTime.from(text, { overflow: "reject" });
      return (zone) => inZone(local, zone);
    }
  } catch {
    // an impossible date: said below
  }
  throw new AppError("invalid", `--at ${JSON.stringify(text)} is not a time; write one like 2026-12-31T10:00`);
}

function inZone(local: Temporal.PlainDateTime, zone: string): Temporal.Instant {
  const at = instantOfLocal(local, zone);
  if (typeof at !== "string") return at;
  throw new AppError(
    "invalid",
    `--at ${local}: the clock skips or repeats that hour in ${zone}; write it with its offset`,
  );
}
