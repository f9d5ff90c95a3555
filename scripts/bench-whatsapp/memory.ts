import { until } from "../../src/e2e/testing/until.ts";
import { type Finding, mb, type Row } from "../bench/finding.ts";
import { Stand } from "./stand.ts";

const counts = [0, 1, 8, 20];

/** Resident memory of the carrying process; the database is another process. */
export const memory: Row = {
  name: "memory",
  title: "memory per connected session, in up to 8 threads",
  async measure() {
    const measured: [sessions: number, bytes: number][] = [];
    for (const count of counts) measured.push([count, await rssWith(count)]);
    const [[, empty = 0] = []] = measured;
    return measured.map(([sessions, bytes]): Finding => {
      const each = sessions === 0 ? "" : `, ${mb((bytes - empty) / sessions)} per session`;
      return {
        what: `${sessions} sessions`,
        bar: sessions === 20 ? "20 businesses fit a server with 2 GB" : "",
        measured: `${mb(bytes)}${each}`,
        conditions: "each linked, 10 messages in and 10 out; the process without HTTP, calls and panel",
        passed: sessions === 20 ? bytes < 1_200e6 : null,
      };
    });
  },
};

async function rssWith(count: number): Promise<number> {
  const stand = await Stand.open();
  try {
    for (let n = 0; n < count; n++) await stand.addShop();
    const carrier = await stand.start();
    if (count > 0) {
      await stand.link();
      await stand.introduce();
      for (const shop of stand.shops) {
        for (let n = 0; n < 9; n++) await shop.customer.write(shop.account, `הודעה ${n}`);
        await stand.queue(
          shop,
          Array.from({ length: 10 }, (_, index) => `תשובה ${index}`),
        );
      }
      await until("all sent", () => stand.shops.every(({ customer }) => customer.received.length === 10), 120_000);
    }
    await Bun.sleep(3_000);
    const bytes = carrier.rss();
    await carrier.stop();
    return bytes;
  } finally {
    await stand.close();
  }
}
