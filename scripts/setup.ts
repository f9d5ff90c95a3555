/**
 * Makes a fresh clone ready: installs the locked packages when they are missing or the lock file is newer than the last
 * install. Imports nothing but Bun itself, because nothing else may be there yet.
 */
import { existsSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const stamp = join(root, "node_modules/.installed");
const minimum = [1, 4, 5];

const older = (version: string): boolean => {
  const parts = version.split(".").map(Number);
  const differs = minimum.findIndex((part, index) => part !== parts[index]);
  return differs >= 0 && (parts[differs] ?? 0) < (minimum[differs] ?? 0);
};

if (older(Bun.version)) {
  process.stderr.write(
    `This needs Bun ${minimum.join(".")} or newer, not ${Bun.version}: npx --yes bun@${minimum.join(".")} run …\n`,
  );
  process.exit(1);
}
const current = existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(join(root, "bun.lock")).mtimeMs;
if (!current) {
  process.stdout.write("Installing packages …\n");
  const install = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile"], {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
  });
  if (install.exitCode !== 0) {
    process.stderr.write(
      `${install.stdout}${install.stderr}\nThe packages could not be installed (bun install --frozen-lockfile).\n`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, "");
  utimesSync(stamp, new Date(), new Date());
}
