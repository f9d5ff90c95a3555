import { launchBrowser } from "../../web/testing/browser.ts";
import { microphoneFlags } from "../../web/testing/microphone.ts";
import { openOffice } from "../../web/testing/office.ts";
import { openPanel } from "../../web/testing/open-panel.ts";
import type { Budget } from "../bench-web.ts";

const seconds = 10;
const leastPerSecond = 10;

/** What the level of a call costs while somebody talks: the page's main thread, and how often the picture changes. */
export async function measureLevel(): Promise<Budget[]> {
  const [browser, office] = await Promise.all([
    launchBrowser(await microphoneFlags()),
    openOffice({ environment: { OPENAI_API_KEY: "" } }),
  ]);
  try {
    const { page } = await openPanel(browser, office, { path: "/test-call" });
    await page.getByRole("button", { name: "התחלת שיחה" }).click();
    await page.locator(".turn-who.caller").first().waitFor();
    const cdp = await page.context().newCDPSession(page);
    // Of the thread, so that what else runs on the machine does not count.
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    const busySeconds = async () =>
      (await cdp.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")!.value;
    const before = await busySeconds();
    const frames = await page.locator(".meter").evaluate(
      (meter, ms) =>
        new Promise<number>((done) => {
          let count = 0;
          new MutationObserver(() => count++).observe(meter, { attributes: true, subtree: true });
          setTimeout(() => done(count), ms);
        }),
      seconds * 1_000,
    );
    const busy = (await busySeconds()) - before;
    return [
      {
        what: "a live call: time between two pictures of the level",
        value: (seconds * 1_000) / frames,
        limit: 1_000 / leastPerSecond,
        unit: "ms",
      },
      { what: "a live call: main thread of the page", value: (busy / seconds) * 100, limit: 5, unit: "% of a core" },
    ];
  } finally {
    await browser.close();
    await office.stop();
  }
}
