import { describe, expect, test } from "bun:test";
import type { BusinessId, CallSid } from "../base/ids.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { StreamTokens } from "./stream-token.ts";

const sid = (digit: string) => `CA${digit.repeat(32)}` as CallSid;
const businessId = "0190a0a0-0000-7000-8000-000000000001" as BusinessId;

const setUp = () => {
  const clock = createVirtualClock();
  const tokens = new StreamTokens(clock);
  const token = tokens.issue({ callSid: sid("a"), businessId, leg: 0 });
  return { clock, tokens, token };
};

describe("a stream token", () => {
  test("lets its call in once", () => {
    const { tokens, token } = setUp();
    const grant = { callSid: sid("a"), businessId, leg: 0 };
    expect(tokens.redeem(token, sid("a"))).toEqual({ ok: true, grant });
    expect(tokens.redeem(token, sid("a"))).toEqual({ ok: false, why: "used_token" });
  });

  test("is expected until it is used or too old: so many sockets may still come", () => {
    const { clock, tokens, token } = setUp();
    clock.advance(limits.streamTokenMs / 2);
    tokens.issue({ callSid: sid("b"), businessId, leg: 0 });
    tokens.issue({ callSid: sid("c"), businessId, leg: 0 });
    expect(tokens.open).toBe(3);
    tokens.redeem(tokens.again(sid("b"), 0)!, sid("b"));
    expect(tokens.open).toBe(2);
    clock.advance(limits.streamTokenMs / 2);
    expect([tokens.open, tokens.redeem(token, sid("a")).ok]).toEqual([1, false]);
  });

  test("shown for another call is refused and stays good for its own", () => {
    const { tokens, token } = setUp();
    expect(tokens.redeem(token, sid("b"))).toEqual({ ok: false, why: "other_call" });
    expect(tokens.redeem(token, sid("a")).ok).toBe(true);
  });

  test("lives 60 s: the last millisecond counts, the next does not", () => {
    const { clock, tokens, token } = setUp();
    clock.advance(limits.streamTokenMs - 1);
    expect(tokens.again(sid("a"), 0)).toBe(token);
    clock.advance(1);
    expect(tokens.again(sid("a"), 0)).toBeNull();
    expect(tokens.redeem(token, sid("a"))).toEqual({ ok: false, why: "expired_token" });
  });

  test("is the same when asked for again, until it is used", () => {
    const { tokens, token } = setUp();
    expect(tokens.again(sid("a"), 0)).toBe(token);
    tokens.redeem(token, sid("a"));
    expect(tokens.again(sid("a"), 0)).toBeNull();
  });

  test("asked for again does not live longer", () => {
    const { clock, tokens, token } = setUp();
    clock.advance(limits.streamTokenMs - 1);
    tokens.again(sid("a"), 0);
    clock.advance(1);
    expect(tokens.redeem(token, sid("a")).ok).toBe(false);
  });

  test("of one stream is not that of the next, of another call, or of another process", () => {
    const { clock, tokens, token } = setUp();
    const others = [
      tokens.issue({ callSid: sid("a"), businessId, leg: 1 }),
      tokens.issue({ callSid: sid("b"), businessId, leg: 0 }),
      new StreamTokens(clock).issue({ callSid: sid("a"), businessId, leg: 0 }),
    ];
    expect(new Set([token, ...others]).size).toBe(4);
    expect(Buffer.from(token, "base64url")).toHaveLength(16); // 128 bits
  });

  test.each(["", "x", "A".repeat(22), "A".repeat(60_000), "__proto__", "\u0000"])("made up (%#) is unknown", (made) => {
    expect(setUp().tokens.redeem(made, sid("a"))).toEqual({ ok: false, why: "unknown_token" });
  });

  test("is forgotten a minute after it expired, and the oldest first when there are too many", () => {
    const { clock, tokens, token } = setUp();
    clock.advance(2 * limits.streamTokenMs);
    tokens.issue({ callSid: sid("b"), businessId, leg: 0 });
    expect(tokens.redeem(token, sid("a"))).toEqual({ ok: false, why: "unknown_token" });
    for (let leg = 1; leg < limits.streamTokensMax; leg++) tokens.issue({ callSid: sid("b"), businessId, leg });
    expect(tokens.again(sid("b"), 0)).not.toBeNull();
    tokens.issue({ callSid: sid("c"), businessId, leg: 0 });
    expect(tokens.again(sid("b"), 0)).toBeNull();
    expect(tokens.again(sid("c"), 0)).not.toBeNull();
  });
});
