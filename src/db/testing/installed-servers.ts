import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectPostgres } from "../connect.ts";
import type { EmbeddedServer } from "../embedded.ts";
import type { PostgresBinaries } from "../postgres-binaries.ts";

const distribution = "/usr/lib/postgresql";

/** Folder of a distribution's programs of one major version. */
export const programsOf = (version: string): string => join(distribution, version, "bin");

/** Major versions of PostgreSQL that a distribution has installed on this machine, oldest first. */
export const installedVersions: readonly string[] = existsSync(distribution)
  ? readdirSync(distribution)
      .filter((version) => existsSync(join(programsOf(version), "initdb")))
      .toSorted((a, b) => Number(a) - Number(b))
  : [];

/** Setting of `startEmbedded` for one of `installedVersions`, or for "packaged". */
export function serverOf(version: string): { binaries?: PostgresBinaries } {
  if (version === "packaged") return {};
  const folder = programsOf(version);
  return { binaries: { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") } };
}

/** Runs the statements of compose.yaml's database, which psql runs there with the password of `.env`. */
export async function makeContainersOwner({ address }: EmbeddedServer, password: string): Promise<void> {
  const text = readFileSync(join(import.meta.dir, "../../../compose-database.sql"), "utf8")
    .replace(/^(?:--|\\getenv).*$/gm, "")
    .replace(":'password'", `'${password.replaceAll("'", "''")}'`);
  const superuser = connectPostgres(address, { connections: 1 });
  for (const statement of text.split(";").filter((each) => each.trim() !== "")) await superuser.unsafe(statement);
  await superuser.end();
}
