import { describe, expect, test } from "bun:test";
import { DEFAULT_CONNECTION_CONFIG } from "@whiskeysockets/baileys";
import { silentLog } from "../../base/log.ts";
import { ClientVersion, pinnedVersion, versionIn } from "./client-version.ts";
import type { Version } from "./protocol.ts";

test("the pinned version is the library's own", () => {
  expect([...pinnedVersion]).toEqual([...DEFAULT_CONNECTION_CONFIG.version]);
});

test.each([
  ['{"client_revision":1043999999,"x":1}', [2, 3000, 1_043_999_999]],
  ['{\\"client_revision\\":1043999997}', [2, 3000, 1_043_999_997]],
  ["<html>not for you</html>", null],
  ['{"client_revision":"none"}', null],
])("in %j the version is %p", (script, version) => {
  expect(versionIn(script)).toEqual(version as never);
});

describe("a version that WhatsApp refuses", () => {
  const newer: Version = [2, 3000, 2_000_000_000];
  const rows: [name: string, answers: (() => Promise<Version>)[], renewed: boolean][] = [
    ["gives way to a newer one", [async () => newer], true],
    ["stays when there is no newer one", [async () => pinnedVersion], false],
    ["stays when nobody says", [() => Promise.reject(new Error("no answer"))], false],
  ];
  for (const [name, answers, renewed] of rows)
    test(name, async () => {
      const version = new ClientVersion(() => answers.shift()!(), silentLog);
      expect(await version.renew(null)).toBe(renewed);
      expect(version.current).toEqual(renewed ? newer : null);
    });

  test("is asked about once for all sessions that were refused, and again only when the newer one is refused", async () => {
    let asked = 0;
    const version = new ClientVersion(async () => [2, 3000, 2_000_000_000 + ++asked] as const, silentLog);
    expect(await Promise.all([version.renew(null), version.renew(null)])).toEqual([true, true]);
    expect(await version.renew(null)).toBe(true);
    expect(asked).toBe(1);
    expect(await version.renew(version.current)).toBe(true);
    expect(asked).toBe(2);
  });
});
