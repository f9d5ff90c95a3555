import type { Row } from "../bench/finding.ts";
import { Stand } from "./stand.ts";

const shopCount = 20;
const cutMs = 60_000;

/** The network is gone for a minute; then everybody is back soon, and not all in one instant. */
export const reconnect: Row = {
  name: "reconnect",
  title: `${shopCount} sessions after a network cut of ${cutMs / 1_000} s`,
  async measure() {
    const stand = await Stand.open();
    try {
      for (let n = 0; n < shopCount; n++) await stand.addShop();
      const carrier = await stand.start();
      await stand.link();
      const { whatsapp } = stand;
      whatsapp.refuseUpgrade = 503;
      whatsapp.resetLinks();
      await Bun.sleep(cutMs);
      const duringCut = whatsapp.opened.length;
      whatsapp.refuseUpgrade = null;
      const healedMs = performance.now();
      await stand.allOpen(180_000);
      const openMs = performance.now();
      await carrier.stop();
      const tries = whatsapp.opened.slice(duringCut).filter((at) => at >= healedMs);
      const firstMs = tries[0] ?? Number.NaN;
      const busiest = Math.max(...tries.map((from) => tries.filter((at) => at >= from && at < from + 1_000).length));
      const seconds = (openMs - firstMs) / 1_000;
      return [
        {
          what: "all open, after the first try that the backoff allowed",
          bar: "within 10 s",
          measured: `${seconds.toFixed(1)} s; at most ${busiest} sockets in one second`,
          conditions:
            `real clock; upgrades refused with 503 for ${cutMs / 1_000} s (${duringCut - shopCount} sockets tried meanwhile); ` +
            `first try ${((firstMs - healedMs) / 1_000).toFixed(1)} s after the cut`,
          passed: seconds < 10 && busiest <= 8,
        },
      ];
    } finally {
      await stand.close();
    }
  },
};
