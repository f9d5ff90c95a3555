import { z } from "zod";
import { instantInput } from "../api/page.ts";
import { AppError } from "../base/errors.ts";
import { instantOfLocal } from "../base/local-time.ts";

/** When something begins: by the wall clock of the business, or as an instant (the hour that a clock shows twice). */
export const startShape = {
  startsLocal: z.iso.datetime({ local: true, precision: -1 }).optional(),
  startsAt: instantInput.optional(),
};

export interface StartInput {
  startsLocal?: string | undefined;
  startsAt?: Temporal.Instant | undefined;
}

const hourMs = 3_600_000;
// Somebody who came in unasked is written down afterwards; nobody plans further ahead than this.
const pastMs = 24 * hourMs;
const futureMs = 2 * 366 * 24 * hourMs;

/** @throws AppError "invalid" at `startsLocal` or `startsAt`: missing, skipped or repeated by the clock, or too far away. */
export function readStartInput(input: StartInput, zone: string, now: Temporal.Instant): Temporal.Instant {
  const path = input.startsAt === undefined ? "startsLocal" : "startsAt";
  const at = instantOf(input, zone);
  if (typeof at === "string") throw wrongStart(path, at);
  const aheadMs = at.epochMilliseconds - now.epochMilliseconds;
  if (aheadMs < -pastMs) throw wrongStart(path, "past");
  if (aheadMs > futureMs) throw wrongStart(path, "too_far");
  return at;
}

function instantOf({ startsLocal, startsAt }: StartInput, zone: string) {
  if ((startsLocal === undefined) === (startsAt === undefined)) return "one_of_two";
  if (startsAt !== undefined) return startsAt;
  const at = instantOfLocal(Temporal.PlainDateTime.from(startsLocal!), zone);
  return typeof at === "string" ? (`hour_${at}` as const) : at;
}

const wrongStart = (path: string, code: string) =>
  new AppError("invalid", `${path}: ${code}`, { public: `${path}: ${code}`, fields: [{ path, code }] });
