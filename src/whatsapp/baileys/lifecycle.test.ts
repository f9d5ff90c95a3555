import { describe, expect, test } from "bun:test";
import { backoffMs } from "../../base/backoff.ts";
import {
  endingOf,
  isActive,
  isFinal,
  type LifeInput,
  type LifeState,
  lifeStates,
  reconnectBackoff,
  step,
} from "./lifecycle.ts";
import { readClosing } from "./reasons.ts";

const inputs: LifeInput[] = [
  ...(["connect", "timer", "qr", "scanned", "opened", "disconnect", "logout", "worker_lost"] as const),
  ...(["closed_restart", "closed_lost", "closed_throttled", "closed_link_expired", "closed_logged_out"] as const),
  ...([
    "closed_banned",
    "closed_replaced",
    "closed_replaced_again",
    "closed_outdated",
    "closed_outdated_again",
  ] as const),
  ...(["closed_misconfigured", "closed_unreadable"] as const),
];

const pairs = lifeStates.flatMap((state) => inputs.map((input) => [state, input] as const));

describe("the life of a connection, over every pair of state and input", () => {
  test("leads to a state that is known", () => {
    for (const [state, input] of pairs) expect(lifeStates).toContain(step(state, input)[0]);
  });

  test("opens a socket only where none is open", () => {
    for (const [state, input] of pairs) {
      const [next, action] = step(state, input);
      if (action !== "open") continue;
      expect(["starting", "connecting"]).toContain(next);
      expect(isActive(state) ? input : "closed_restart").toBe("closed_restart");
    }
  });

  test("a final state is left by a person only", () => {
    for (const [state, input] of pairs) {
      if (!isFinal(state) || ["connect", "disconnect", "logout"].includes(input)) continue;
      expect(step(state, input)).toEqual([state, "none"]);
    }
  });

  test("nothing is tried again by itself after a logout, a ban or a replacement", () => {
    const final: LifeInput[] = [
      ...(["closed_logged_out", "closed_banned", "closed_replaced_again"] as const),
      ...(["closed_unreadable", "closed_outdated_again"] as const),
    ];
    for (const state of lifeStates.filter(isActive))
      for (const input of final) {
        const [next, action] = step(state, input);
        expect(isFinal(next)).toBe(true);
        expect(["none", "forget"]).toContain(action);
      }
  });

  test("whatever is waited for ends: every wait leads to a connection by timer", () => {
    for (const [state, input] of pairs) {
      const [next, action] = step(state, input);
      expect(action === "wait" || action === "wait_long").toBe(next === "waiting" && state !== "waiting");
    }
    expect(step("waiting", "timer")).toEqual(["connecting", "open"]);
  });

  test("late news of an old connection changes nothing", () => {
    for (const state of ["off", "waiting"] as LifeState[])
      for (const input of inputs.filter(
        (one) => one.startsWith("closed_") || one === "worker_lost" || one === "opened",
      ))
        expect(step(state, input)).toEqual([state, "none"]);
  });

  test("a person can always connect, go off and log out", () => {
    for (const state of lifeStates) {
      expect(step(state, "disconnect")[0]).toBe("off");
      expect(step(state, "logout")[0]).toBe("off");
      if (!isActive(state)) expect(step(state, "connect")[1]).toBe("open");
    }
  });
});

describe("why a connection ended", () => {
  const rows: [code: number, linked: boolean, reason: string, next: LifeState][] = [
    [515, true, "restart_required", "connecting"],
    [408, true, "connection_lost", "waiting"],
    [408, false, "not_scanned", "link_expired"],
    [428, true, "connection_closed", "waiting"],
    [503, true, "service_unavailable", "waiting"],
    [500, true, "bad_session", "waiting"],
    [429, true, "too_many_requests", "waiting"],
    [440, true, "used_elsewhere", "waiting"],
    [401, true, "logged_out", "logged_out"],
    [419, true, "unauthorised", "logged_out"],
    [402, true, "banned_for_a_while", "banned"],
    [403, true, "account_locked", "banned"],
    [406, true, "banned", "banned"],
    [405, true, "client_too_old", "connecting"],
    [409, true, "client_refused", "connecting"],
    [411, true, "multi_device_off", "misconfigured"],
    [499, true, "code_499", "waiting"],
  ];
  for (const [code, linked, reason, next] of rows)
    test(`${code}${linked ? "" : " before linking"} is ${reason}, then ${next}`, () => {
      const ending = endingOf(code, linked);
      expect(ending.reason).toBe(reason);
      expect(step("open", ending.input)[0]).toBe(next);
    });

  test("a proxy's 401 says nothing about the login", () => {
    const closing = { kind: "code", code: 1_401, linked: true, detail: "", expiresInSeconds: null } as const;
    expect(readClosing(closing, false)).toMatchObject({ input: "closed_lost", reason: "http_401" });
  });

  test("used elsewhere twice is final", () => {
    const closing = { kind: "code", code: 440, linked: true, detail: "", expiresInSeconds: null } as const;
    expect(step("open", readClosing(closing, true).input)).toEqual(["replaced", "none"]);
  });
});

test("tries are 5, 15, 30 and 60 s apart, by a tenth more or less", () => {
  const delays = [1, 2, 3, 4, 5].map((attempt) => backoffMs(reconnectBackoff, attempt, () => 0.5));
  expect(delays).toEqual([5_000, 15_000, 30_000, 60_000, 60_000]);
  expect(backoffMs(reconnectBackoff, 1, () => 0)).toBe(4_500);
  expect(backoffMs(reconnectBackoff, 4, () => 1)).toBe(66_000);
});
