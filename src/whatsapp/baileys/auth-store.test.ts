import { Database } from "bun:sqlite";
import { afterEach, describe, expect, spyOn, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthStore, LoginInUse, LoginUnreadable } from "./auth-store.ts";
import { archiveLogin } from "./login-file.ts";

const folders: string[] = [];
const newFolder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), "wa-auth-")));
  return folders.at(-1)!;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const fileOf = (dir: string): string => join(dir, "auth", "auth.sqlite");
const identityOf = (dir: string): string => {
  const store = AuthStore.open(dir);
  const identity = Buffer.from(store.creds.signedIdentityKey.public).toString("hex");
  store.close();
  return identity;
};
const session = (value: string) => ({ session: { "972501112233.0": Buffer.from(value) } });

describe("the login of a business", () => {
  test("is the same whenever it is opened, and nobody else's to read", () => {
    const dir = newFolder();
    expect(identityOf(dir)).toBe(identityOf(dir));
    expect(statSync(join(dir, "auth")).mode & 0o777).toBe(0o700);
    expect(statSync(fileOf(dir)).mode & 0o777).toBe(0o600);
    expect(identityOf(newFolder())).not.toBe(identityOf(dir));
  });

  test("keeps keys of every kind, also kinds that are new", () => {
    const dir = newFolder();
    const store = AuthStore.open(dir);
    store.keys.set({
      ...session("one"),
      "lid-mapping": { "123": "972501112233" },
      "next-kind": { a: { b: 1 } },
    } as never);
    store.keys.set({ "lid-mapping": { "123": null } });
    store.close();
    const again = AuthStore.open(dir);
    expect(Buffer.from(again.keys.get("session", ["972501112233.0"])["972501112233.0"]!).toString()).toBe("one");
    expect(again.keys.get("lid-mapping", ["123"])).toEqual({});
    expect(again.keys.get("next-kind" as never, ["a"])).toEqual({ a: { b: 1 } } as never);
    again.close();
  });

  test("has one owner: a second one, also in another process, is told so", async () => {
    const dir = newFolder();
    const store = AuthStore.open(dir);
    expect(() => AuthStore.open(dir)).toThrow(LoginInUse);
    const code = `try { (await import("${import.meta.dir}/auth-store.ts")).AuthStore.open("${dir}"); console.log("opened"); }
      catch (error) { console.log(error.name); }`;
    const child = Bun.spawnSync([process.execPath, "-e", code]);
    expect(child.stdout.toString().trim()).toBe("LoginInUse");
    store.close();
    AuthStore.open(dir).close();
  });

  for (const [name, damage] of [
    ["cut to nothing by a full disk", (path: string) => truncateSync(path, 0)],
    ["cut in the middle", (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ["overwritten", (path: string) => writeFileSync(path, "x".repeat(4_096))],
    ["missing its file", (path: string) => rmSync(path)],
    [
      "missing its identity",
      (path: string) => {
        const db = new Database(path);
        db.run("delete from kv where t = 'creds'");
        db.close();
      },
    ],
  ] as const)
    test(`${name}, it is an alarm and never a new identity`, () => {
      const dir = newFolder();
      identityOf(dir);
      damage(fileOf(dir));
      expect(() => AuthStore.open(dir)).toThrow(LoginUnreadable);
      expect(() => AuthStore.open(dir)).toThrow(LoginUnreadable);
      archiveLogin(dir, 1_000_000_000_000);
      expect(readdirSync(dir)).toEqual(["auth.1000000000000.bad"]);
      identityOf(dir); // a person has decided: a new one
    });

  test("put aside, it is kept for a week", () => {
    const dir = newFolder();
    identityOf(dir);
    archiveLogin(dir, 1_000);
    identityOf(dir);
    archiveLogin(dir, 1_000 + 8 * 24 * 60 * 60_000);
    expect(readdirSync(dir)).toEqual([`auth.${1_000 + 8 * 24 * 60 * 60_000}.bad`]);
  });

  test("a half login by a code that nobody typed is forgotten", () => {
    const dir = newFolder();
    const store = AuthStore.open(dir);
    store.creds.me = { id: "97235550100@s.whatsapp.net", name: "~" };
    store.saveCreds();
    store.close();
    const again = AuthStore.open(dir);
    expect(again.creds.me).toBeUndefined();
    expect(again.linked).toBe(false);
    again.close();
  });

  test("on a disk that takes nothing it goes on from memory, says so, and catches up", () => {
    const dir = newFolder();
    const troubles: unknown[] = [];
    const store = AuthStore.open(dir, (error) => troubles.push(error));
    const full = spyOn(Database.prototype, "transaction").mockImplementation(() => {
      throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    });
    store.keys.set(session("while full"));
    full.mockRestore();
    expect(troubles).toHaveLength(1);
    expect(Object.keys(store.keys.get("session", ["972501112233.0"]))).toHaveLength(1);
    store.keys.set({ session: { other: Buffer.from("after") } });
    store.close();
    const again = AuthStore.open(dir);
    expect(Object.keys(again.keys.get("session", ["972501112233.0", "other"]))).toHaveLength(2);
    again.close();
  });
});

describe("killed in the middle of writing", () => {
  // The child moves a ratchet and its journal together, as fast as it can, and says after each what is durable.
  const child = (dir: string) =>
    Bun.spawn(
      [
        process.execPath,
        "-e",
        `const { AuthStore } = await import("${import.meta.dir}/auth-store.ts");
         const store = AuthStore.open("${dir}");
         for (let n = 1; ; n++) {
           store.creds.accountSyncCounter = n; store.saveCreds();
           store.keys.set({ session: { a: Buffer.from(String(n)) }, ...AuthStore.journalEntry({ key: String(n).padStart(9, "0"), value: { kind: "message", message: n } }) });
           process.stdout.write(n + "\\n");
         }`,
      ],
      { stdout: "pipe", stderr: "inherit" },
    );

  test("the login opens, is the same, and holds all that was durable", async () => {
    const dir = newFolder();
    const identity = identityOf(dir);
    let durable = 0;
    for (let round = 0; round < 8; round++) {
      const writer = child(dir);
      let said = "";
      for await (const chunk of writer.stdout) {
        said += Buffer.from(chunk).toString();
        if (said.split("\n").length > 20 + round * 7) break;
      }
      writer.kill("SIGKILL");
      await writer.exited;
      durable = Number(said.split("\n").at(-2));
      const store = AuthStore.open(dir);
      expect(Buffer.from(store.creds.signedIdentityKey.public).toString("hex")).toBe(identity);
      const ratchet = Number(Buffer.from(store.keys.get("session", ["a"]).a!).toString());
      const journal = store.journalled().map(({ value }) => ("message" in value ? (value.message as unknown) : null));
      expect(ratchet).toBeGreaterThanOrEqual(durable);
      expect(journal).toEqual(Array.from({ length: ratchet }, (_, index) => index + 1));
      for (const { key } of store.journalled()) store.forget(key);
      store.keys.set({ session: { a: null } });
      store.close();
    }
    expect(durable).toBeGreaterThan(0);
    expect(existsSync(join(dir, "auth"))).toBe(true);
  }, 60_000);
});
