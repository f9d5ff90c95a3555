import { expect, test } from "bun:test";
import fc from "fast-check";
import type { CallStatus } from "../db/schema/call.ts";
import { furthest, isFinal } from "./status.ts";

const order: CallStatus[][] = [
  ["queued"],
  ["ringing"],
  ["in-progress"],
  ["completed", "busy", "failed", "no-answer", "canceled"],
];
const all = order.flat();
const rankOf = (status: CallStatus): number => order.findIndex((group) => group.includes(status));

test("every pair of statuses: the further one holds, and the first end stays", () => {
  for (const current of all)
    for (const reported of all)
      expect(furthest(current, reported), `${current} <- ${reported}`).toBe(
        rankOf(reported) > rankOf(current) ? reported : current,
      );
});

test("only the five ends are final", () => {
  for (const status of all) expect(isFinal(status), status).toBe(rankOf(status) === 3);
});

test("reports in any order, doubled and late, never move a call back", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...all), { minLength: 1 }), (reports) => {
      let status: CallStatus = "queued";
      for (const report of reports) {
        const next = furthest(status, report);
        expect(rankOf(next)).toBeGreaterThanOrEqual(rankOf(status));
        if (isFinal(status)) expect(next).toBe(status);
        status = next;
      }
      expect(rankOf(status)).toBe(Math.max(0, ...reports.map(rankOf)));
    }),
  );
});
