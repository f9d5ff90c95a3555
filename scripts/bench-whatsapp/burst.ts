import { seededRandom } from "../../src/base/random.ts";
import { until } from "../../src/e2e/testing/until.ts";
import type { Finding, Row } from "../bench/finding.ts";
import { type Shop, Stand } from "./stand.ts";

// Where the lines are cut and the process killed; the traffic beside it has its own time.
const random = seededRandom(4);
const shopCount = 20;
const burstsEach = 5;
const perBurst = 10;

/** W5: ten messages to one customer arrive, in order, once, although the socket dies somewhere among them. */
export const burst: Row = {
  name: "burst",
  title: "10 messages at once to one customer, 100 times, the socket dying at a random moment of each",
  async measure() {
    const stand = await Stand.open();
    try {
      for (let n = 0; n < shopCount; n++) await stand.addShop();
      const carrier = await stand.start();
      await stand.link();
      await stand.introduce();
      const startedMs = performance.now();
      const results = await Promise.all(stand.shops.map((shop) => bursts(stand, shop)));
      const seconds = Math.round((performance.now() - startedMs) / 1_000);
      await carrier.stop();
      return [judge(stand, results.flat(), seconds)];
    } finally {
      await stand.close();
    }
  },
};

/** Whether each burst arrived whole and in order. */
async function bursts(stand: Stand, shop: Shop): Promise<boolean[]> {
  const results: boolean[] = [];
  for (let n = 1; n <= burstsEach; n++) {
    const texts = Array.from({ length: perBurst }, (_, index) => `${n}.${index + 1}`);
    const before = shop.customer.received.length;
    drop(shop);
    await stand.queue(shop, texts);
    await until(
      () => `burst ${n} (${shop.customer.received.length - before} of ${perBurst})`,
      () => shop.customer.received.length - before >= perBurst,
      300_000,
    );
    results.push(shop.customer.textsFrom(shop.account).slice(before).join() === texts.join());
  }
  return results;
}

/** Before or after the server has taken a message, or at any moment between. */
function drop({ account }: Shop): void {
  const way = Math.floor(3 * random());
  const position = Math.floor(perBurst * random());
  if (way < 2)
    account.faults.messages = [...Array<"none">(position).fill("none"), way === 0 ? "reset_before" : "reset_after"];
  else setTimeout(() => account.resetLinks(), 400 * random());
}

function judge(stand: Stand, results: readonly boolean[], seconds: number): Finding {
  const good = results.filter(Boolean).length;
  const shown = stand.shops.flatMap(({ customer }) => customer.received);
  const repeated = shown.filter(({ times }) => times > 1).length;
  const stanzas = stand.shops.reduce((sum, { account }) => sum + account.handed.length, 0);
  const unreadable = stand.shops.reduce((sum, { customer }) => sum + customer.unreadable.length, 0);
  return {
    what: "bursts that arrived whole, in order, each message shown once",
    bar: "100 of 100",
    measured: `${good} of ${results.length}`,
    conditions:
      `${shopCount} businesses in 8 threads, ${burstsEach} bursts each, ${seconds} s with the waits of the backoff; ${stanzas} stanzas for ` +
      `${shown.length} messages, ${repeated} repeated under the same id (shown once), ${unreadable} unreadable (asked again)`,
    passed: good === results.length && results.length === shopCount * burstsEach,
  };
}
