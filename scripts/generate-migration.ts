/**
 * `bun run db:generate <name>`: writes the next numbered migration from the difference between src/db/schema and
 * the last snapshot. `--custom` makes an empty one for what Drizzle cannot describe. One at a time: two runs at once
 * would take the same number.
 */
import { Database } from "bun:sqlite";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const [name, ...flags] = process.argv.slice(2);
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  process.stderr.write("usage: bun run db:generate <name_in_snake_case> [--custom]\n");
  process.exit(2);
}

// The system drops this lock with the process, however it ends.
const lock = new Database(join(root, "node_modules/.db-generate.lock"));
lock.run("pragma busy_timeout = 60000");
lock.run("begin exclusive");

const { exitCode } = Bun.spawnSync(
  [
    process.execPath,
    "node_modules/drizzle-kit/bin.cjs",
    "generate",
    "--config=scripts/drizzle.config.ts",
    `--name=${name}`,
    ...flags,
  ],
  { cwd: root, stdio: ["inherit", "inherit", "inherit"] },
);
process.exit(exitCode);
