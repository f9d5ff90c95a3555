import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_CONNECTION_CONFIG } from "@whiskeysockets/baileys";
import { silentLog } from "../../base/log.ts";
import { ClientVersion, pinnedVersion, versionIn } from "./client-version.ts";
import type { Version } from "./protocol.ts";

const folder = mkdtempSync(join(tmpdir(), "wa-version-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(folder, String(++files), "client-version.json");
const open = (newest: () => Promise<Version>, file = newFile()) => new ClientVersion({ newest, log: silentLog, file });

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
      const version = open(() => answers.shift()!());
      expect(await version.renew(null)).toBe(renewed);
      expect(version.current).toEqual(renewed ? newer : null);
    });

  test("is asked about once for all sessions that were refused, and again only when the newer one is refused", async () => {
    let asked = 0;
    const version = open(async () => [2, 3000, 2_000_000_000 + ++asked] as const);
    expect(await Promise.all([version.renew(null), version.renew(null)])).toEqual([true, true]);
    expect(await version.renew(null)).toBe(true);
    expect(asked).toBe(1);
    expect(await version.renew(version.current)).toBe(true);
    expect(asked).toBe(2);
  });
});

describe("after a restart", () => {
  const silent = () => Promise.reject(new Error("no answer"));
  const newer: Version = [2, 3000, 2_000_000_000];

  test("a kept version that WhatsApp went back from kept every session off", async () => {
    const file = newFile();
    const older: Version = [2, 3000, 1_999_999_999];
    const before = open(async () => newer, file);
    await before.renew(null);
    before.worked(newer);
    const after = open(async () => older, file);
    expect(after.current).toEqual(newer);
    expect(await after.renew(newer)).toBe(true);
    after.worked(older);
    expect(open(silent, file).current).toEqual(older);
  });

  test("the version that had opened a session was forgotten", async () => {
    const file = newFile();
    const version = open(async () => newer, file);
    await version.renew(null);
    expect(open(silent, file).current).toBeNull(); // nobody knows yet whether it is any good
    version.worked(version.current);
    const again = open(silent, file);
    expect(again.current).toEqual(newer);
    again.worked(null);
    again.worked(pinnedVersion);
    expect(open(silent, file).current).toEqual(newer);
    expect(readdirSync(join(file, ".."))).toEqual(["client-version.json"]);
  });

  test.each([
    ["one that the library has caught up with", JSON.stringify(pinnedVersion)],
    ["an older one", "[2,3000,1]"],
    ["half a file", "[2,3000"],
    ["something else", '{"length":3}'],
    ["no numbers", '[2,3000,"2000000000"]'],
    ["nothing", ""],
  ])("%s is not used", (_what, text) => {
    const file = join(folder, `kept-${++files}.json`);
    writeFileSync(file, text);
    expect(open(silent, file).current).toBeNull();
  });

  test("a disk that does not take it ends nothing", async () => {
    const version = open(async () => newer, join(folder, "\u0000", "client-version.json"));
    await version.renew(null);
    version.worked(version.current);
    expect(version.current).toEqual(newer);
  });
});
