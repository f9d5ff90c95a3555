import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The named secret of this installation: the one given, or one generated at first start and kept in
 * `<storageDir>/secrets/<name>` (mode 0600, folder 0700), so that no command needs an export.
 * Two processes that start at once agree on one value: the file appears whole or not at all, and the first one wins.
 */
export function installationSecret(storageDir: string, name: string, given: string | null): string {
  if (given !== null) return given;
  const folder = join(storageDir, "secrets");
  const path = join(folder, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const known = readIfThere(path);
  if (known !== null) return known;
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, randomBytes(32).toString("hex"), { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(path, "utf8");
}

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
};
