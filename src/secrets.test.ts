import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installationSecret } from "./secrets.ts";

const withFolder = (run: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  try {
    run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test("a given secret is used and nothing is written", () =>
  withFolder((folder) => {
    expect(installationSecret(folder, "session", "given")).toBe("given");
    expect(readdirSync(folder)).toEqual([]);
  }));

test("a generated secret stays the same and only its owner may read it", () =>
  withFolder((folder) => {
    const first = installationSecret(folder, "session", null);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(installationSecret(folder, "session", null)).toBe(first);
    expect(installationSecret(folder, "other", null)).not.toBe(first);
    expect(statSync(join(folder, "secrets", "session")).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "secrets")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, "secrets")).toSorted()).toEqual(["other", "session"]);
  }));
