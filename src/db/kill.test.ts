import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { silentLog } from "../base/log.ts";
import { type House, openHouse } from "./house.ts";
import { businesses } from "./schema/business.ts";
import { withSystem } from "./tenant.ts";

// kill -9 at any moment, of the product alone or of the database with all its children, loses no row that was
// acknowledged, and the next start works. Each round kills a process that inserts as fast as it can.
let folder: string;
let house: House | null = null;
let child: Bun.Subprocess<"ignore", "pipe", "inherit"> | null = null;

afterEach(async () => {
  child?.kill("SIGKILL");
  await house?.close().catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

/** Inserts businesses one by one and prints each id once the database has acknowledged it. */
const writer = (storageDir: string): string => `
  import { openHouse } from ${JSON.stringify(join(import.meta.dir, "house.ts"))};
  import { withSystem } from ${JSON.stringify(join(import.meta.dir, "tenant.ts"))};
  import { businesses } from ${JSON.stringify(join(import.meta.dir, "schema/business.ts"))};
  import { newId } from ${JSON.stringify(join(import.meta.dir, "../base/ids.ts"))};
  import { silentLog } from ${JSON.stringify(join(import.meta.dir, "../base/log.ts"))};
  const { db } = await openHouse({ storageDir: ${JSON.stringify(storageDir)}, databaseUrl: null, log: silentLog });
  const work = async () => {
    for (;;) {
      const id = newId();
      await withSystem(db, (tx) => tx.insert(businesses).values({ id, name: "x", timezone: "UTC" }));
      require("fs").writeSync(1, id + "\\n");
    }
  };
  await Promise.all([work(), work(), work(), work()]);`;

/** Lets the writer run until it has acknowledged `rows`, kills, and returns what it acknowledged. */
async function writeUntilKilled(rows: number, kill: () => void): Promise<string[]> {
  const proc = Bun.spawn([process.execPath, "-e", writer(folder)], { stdio: ["ignore", "pipe", "inherit"] });
  child = proc;
  let text = "";
  let killed = false;
  const decoder = new TextDecoder();
  for await (const bytes of proc.stdout) {
    text += decoder.decode(bytes, { stream: true });
    if (!killed && text.length / 37 > rows) {
      killed = true;
      kill();
    }
  }
  await proc.exited;
  return text.split("\n").filter((line) => line.length === 36);
}

/** The postmaster and its children, all at once. */
function killDatabase(): void {
  const pid = Number(readFileSync(join(folder, "database/data/postmaster.pid"), "utf8").split("\n")[0]);
  const children = Bun.spawnSync(["pgrep", "-P", String(pid)])
    .stdout.toString()
    .trim()
    .split("\n")
    .map(Number);
  for (const each of [pid, ...children].filter(Boolean)) signal(each);
}

async function expectAllThere(acknowledged: readonly string[]): Promise<void> {
  house = await openHouse({ storageDir: folder, databaseUrl: null, log: silentLog });
  const rows = await withSystem(house.db, (tx) => tx.select({ id: businesses.id }).from(businesses), {
    deadlineMs: 10_000,
  });
  const there = new Set<string>(rows.map((row) => row.id));
  expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
  expect(rows.length - acknowledged.length).toBeLessThanOrEqual(32); // at most what was in flight, per round
  await withSystem(house.db, (tx) => tx.execute(sql`select 1`));
}

test.if(process.platform === "linux")(
  "kill -9 of product and database loses no acknowledged row",
  async () => {
    folder = mkdtempSync(join(tmpdir(), "agentlocator-kill-"));
    const acknowledged: string[] = [];
    for (let round = 0; round < 4; round++) {
      const both = round % 2 === 1;
      const rows = 40 + 60 * round;
      acknowledged.push(
        ...(await writeUntilKilled(rows, () => {
          child?.kill("SIGKILL");
          if (both) killDatabase();
        })),
      );
      await expectAllThere(acknowledged);
      await house?.close();
      house = null;
    }
    expect(acknowledged.length).toBeGreaterThan(4 * 40);
  },
  120_000,
);

test.if(process.platform === "linux")(
  "kill -9 of the database alone is felt for seconds: the product starts it again",
  async () => {
    folder = mkdtempSync(join(tmpdir(), "agentlocator-kill-"));
    house = await openHouse({ storageDir: folder, databaseUrl: null, log: silentLog });
    const { db } = house;
    const ask = (): Promise<boolean> =>
      withSystem(db, (tx) => tx.execute(sql`select 1`)).then(
        () => true,
        () => false,
      );
    expect(await ask()).toBe(true);
    killDatabase();
    expect(await ask()).toBe(false);
    while (!(await ask()));
    await house.close();
    await expectAllThere([]);
  },
  60_000,
);

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it went with its parent
  }
}
