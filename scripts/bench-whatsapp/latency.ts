import { until } from "../../src/e2e/testing/until.ts";
import { limits } from "../../src/limits.ts";
import { type Finding, ms, quantile, type Row } from "../bench/finding.ts";
import { type Shop, Stand } from "./stand.ts";

const shopCount = 10;
const messagesEach = 42;
// The assistant answers one customer at most 20 times a minute (K12).
const betweenMs = 3_200;
// The carrier's pauses are the shortest of what people would take: the quiet after a burst, and the typing.
const pacingMs = 0.9 * limits.waQuietMs + 1_000;

/** From the moment the server hands a message to the socket. */
export const latency: Row = {
  name: "latency",
  title: "a message in, until it is stored and until the reply is at the server",
  async measure() {
    const stand = await Stand.open();
    try {
      for (let n = 0; n < shopCount; n++) await stand.addShop();
      const carrier = await stand.start({ answers: true });
      await stand.link();
      const taken = await Promise.all(stand.shops.map((shop, index) => talk(stand, shop, index)));
      await carrier.stop();
      const journalled = taken.flatMap((one) => one.journalledMs);
      const stored = taken.flatMap((one) => one.storedMs);
      const replied = taken.flatMap((one) => one.repliedMs);
      const conditions = `${stored.length} messages, ${shopCount} businesses talking at once, one message in ${betweenMs / 1_000} s each`;
      return [
        finding("in → decrypted, journalled and at the main thread, p99", "", journalled, null, conditions),
        finding("in → stored, p99", "< 20 ms", stored, 20, conditions),
        finding("in → reply at the server, model and pacing excluded, p99", "< 100 ms", replied, 100, conditions),
      ];
    } finally {
      await stand.close();
    }
  },
};

async function talk(stand: Stand, shop: Shop, index: number) {
  const journalledMs: number[] = [];
  const storedMs: number[] = [];
  const repliedMs: number[] = [];
  await Bun.sleep(index * 211); // so that not all of them speak in one instant
  for (let n = 1; n <= messagesEach; n++) {
    const nextMs = performance.now() + betweenMs;
    const id = await shop.customer.write(shop.account, `שאלה ${n}`);
    const atMs = performance.timeOrigin + performance.now();
    const before = shop.account.handed.length;
    const stored = await until("stored", () => stand.stored.get(id), 60_000);
    const reply = await until("the reply", () => shop.account.handed[before], 60_000);
    await Bun.sleep(Math.max(0, nextMs - performance.now()));
    if (n <= 2) continue; // sessions, chats and plans are made with the first
    journalledMs.push(stored.fromMs - atMs);
    storedMs.push(stored.atMs - atMs);
    repliedMs.push(reply.atMs - atMs - pacingMs);
  }
  return { journalledMs, storedMs, repliedMs };
}

function finding(
  what: string,
  bar: string,
  values: readonly number[],
  barMs: number | null,
  conditions: string,
): Finding {
  const p99 = quantile(values, 0.99);
  return {
    what,
    bar,
    measured: `${ms(p99)} (p50 ${ms(quantile(values, 0.5))}, max ${ms(Math.max(...values))})`,
    conditions,
    passed: barMs === null ? null : p99 < barMs,
  };
}
