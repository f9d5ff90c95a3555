import { seededRandom } from "../../src/base/random.ts";
import { until } from "../../src/e2e/testing/until.ts";
import type { Finding, Row } from "../bench/finding.ts";
import { type Shop, Stand } from "./stand.ts";

// Of the moments; what the process is at then has its own time.
const random = seededRandom(4);
const kills = 200;
const shopCount = 5;
/** Of three kills, two hit a process that is open and working, one hits it while it starts. */
const liveMs = 1_200;
const startingMs = 1_500;

/** Nothing lost, nothing doubled, login intact: kill -9 of the process in the middle of traffic both ways. */
export const kill: Row = {
  name: "kill",
  title: `kill -9 at ${kills} random moments during traffic both ways`,
  async measure() {
    const stand = await Stand.open();
    try {
      for (let n = 0; n < shopCount; n++) await stand.addShop();
      const first = await stand.start();
      await stand.link();
      await stand.introduce();
      await first.kill();
      const startedMs = performance.now();
      const traffic = startTraffic(stand);
      const openKills = await killAll(stand);
      await traffic.stop();
      const last = await stand.start();
      await stand.allOpen();
      await stand.emptyOutboxes(1_200_000); // sixty a minute is the fastest pace a business may set
      await allStored(stand, traffic.written);
      const findings = [await judge(stand, traffic, { openKills, seconds: (performance.now() - startedMs) / 1_000 })];
      await last.stop();
      return findings;
    } finally {
      await stand.close();
    }
  },
};

interface Traffic {
  /** Ids at the network of what each customer wrote. */
  written: Map<Shop, string[]>;
  /** What was queued for each customer. */
  queued: Map<Shop, string[]>;
  stop(): Promise<void>;
}

/** Each customer writes four times a second; each business once in one and a half. */
function startTraffic(stand: Stand): Traffic {
  const written = new Map(stand.shops.map((shop) => [shop, [] as string[]]));
  const queued = new Map(stand.shops.map((shop) => [shop, [] as string[]]));
  let stopped = false;
  const write = async (shop: Shop) => {
    for (let n = 1; !stopped; n++) {
      written.get(shop)?.push(await shop.customer.write(shop.account, `נכנסת ${n}`));
      await Bun.sleep(150 + 200 * random());
    }
  };
  const queue = async (shop: Shop) => {
    for (let n = 1; !stopped; n++) {
      const text = `יוצאת ${n}`;
      await stand.queue(shop, [text]);
      queued.get(shop)?.push(text);
      await Bun.sleep(1_100 + 800 * random());
    }
  };
  const working = stand.shops.flatMap((shop) => [write(shop), queue(shop)]);
  return {
    written,
    queued,
    async stop() {
      stopped = true;
      await Promise.all(working);
    },
  };
}

/** How many of the kills hit open sessions. */
async function killAll(stand: Stand): Promise<number> {
  let open = 0;
  for (let n = 1; n <= kills; n++) {
    const carrier = await stand.start();
    if (n % 3 !== 0) {
      await until("an open session", () => stand.shops.some(({ account }) => account.isOpen), 60_000);
      await Bun.sleep(liveMs * random());
    } else await Bun.sleep(startingMs * random());
    if (stand.shops.some(({ account }) => account.isOpen)) open++;
    await carrier.kill();
    if (n % 25 === 0) process.stdout.write(`      ${n} kills …\n`);
  }
  return open;
}

async function allStored(stand: Stand, written: Traffic["written"]): Promise<void> {
  const isDone = async (shop: Shop) => (await stand.storedOf(shop)).length > (written.get(shop)?.length ?? 0);
  await until(
    "everything stored",
    async () => (await Promise.all(stand.shops.map(isDone))).every(Boolean),
    60_000,
  ).catch(
    () => {}, // what is missing is counted
  );
}

async function judge(
  stand: Stand,
  { written, queued }: Traffic,
  { openKills, seconds }: { openKills: number; seconds: number },
): Promise<Finding> {
  const sum = { in: 0, lost: 0, doubled: 0, out: 0, missing: 0, disordered: 0, repeats: 0, unknown: 0, relinked: 0 };
  for (const shop of stand.shops) {
    const ids = written.get(shop) ?? [];
    const stored = await stand.storedOf(shop);
    const texts = queued.get(shop) ?? [];
    const shown = shop.customer.textsFrom(shop.account);
    const outbox = await stand.outbox(shop);
    sum.in += ids.length;
    sum.lost += ids.filter((id) => !stored.includes(id)).length;
    sum.doubled += stored.length - new Set(stored).size;
    sum.out += texts.length;
    sum.missing += texts.filter((text) => !shown.includes(text)).length;
    sum.disordered += shown.join() === texts.join() ? 0 : 1;
    sum.repeats += shop.customer.received.filter(({ times }) => times > 1).length;
    sum.unknown += (outbox.unknown ?? 0) + (outbox.failed ?? 0);
    sum.relinked +=
      shop.account.devices.size -
      1 +
      (stand.states.get(shop.id) ?? []).filter((one) => one === "login_unreadable").length;
  }
  const isGood = sum.lost + sum.doubled + sum.missing + sum.disordered + sum.unknown + sum.relinked === 0;
  return {
    what: "messages lost, doubled or out of order; logins damaged",
    bar: "none",
    measured:
      `in: ${sum.lost} lost, ${sum.doubled} doubled of ${sum.in}; out: ${sum.missing} lost, ${sum.unknown} unknown or failed of ${sum.out}, ` +
      `${sum.disordered} chats out of order; ${sum.relinked} logins lost`,
    conditions:
      `${kills} kills (${openKills} with open sessions) in ${seconds.toFixed(0)} s, ${shopCount} businesses; ` +
      `${sum.repeats} sent twice under the same id (shown once)`,
    passed: isGood,
  };
}
