import type { Browser, CDPSession } from "playwright-core";
import type { Office } from "../../web/testing/office.ts";
import { percentile } from "../bench-vad/measure.ts";
import type { Budget } from "../bench-web.ts";

interface Seen {
  first: number;
  largest: number;
  shift: number;
}

const paths = { today: "/", inbox: "/inbox", leads: "/leads", calls: "/calls" } as const;
const runs = 3;

/** Cold visits of a logged-in phone: 4 times slower than this machine, 1.6 Mbit/s, 150 ms to the server and back. */
export async function measurePaint(browser: Browser, office: Office): Promise<Budget[]> {
  const budgets: Budget[] = [];
  await visit(browser, office, paths.today); // the browser's own start is no page's fault
  for (const [name, path] of Object.entries(paths)) {
    const seen: Seen[] = [];
    for (let run = 0; run < runs; run++) seen.push(await visit(browser, office, path));
    const on = `${name} on a slow phone, median of ${runs}:`;
    budgets.push(
      {
        what: `${on} first paint`,
        value: percentile(
          seen.map(({ first }) => first),
          0.5,
        ),
        limit: 1_500,
        unit: "ms",
      },
      {
        what: `${on} largest paint`,
        value: percentile(
          seen.map(({ largest }) => largest),
          0.5,
        ),
        limit: 2_500,
        unit: "ms",
      },
      { what: `${on} layout shift`, value: Math.max(...seen.map(({ shift }) => shift)), limit: 0.02, unit: "" },
    );
  }
  return budgets;
}

async function visit(browser: Browser, office: Office, path: string): Promise<Seen> {
  const url = office.stage.listensAt;
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
    deviceScaleFactor: 2,
    locale: "he-IL",
    timezoneId: "Asia/Jerusalem",
  });
  await context.addCookies([{ name: "panel_shell", value: "1", url }, ...(await office.logIn("owner"))]);
  const page = await context.newPage();
  await slowDown(await context.newCDPSession(page));
  await page.addInitScript(watch);
  await page.goto(`${url}${path}`, { waitUntil: "networkidle", timeout: 60_000 }).catch(() => {});
  await page.waitForTimeout(1_500); // the stream of live facts never ends, so the line is never idle
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
  await context.close();
  return seen;
}

async function slowDown(session: CDPSession): Promise<void> {
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 150,
    downloadThroughput: 1_600_000 / 8,
    uploadThroughput: 750_000 / 8,
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
}

/** Runs in the page. */
function watch(): void {
  const seen: Seen = { first: 0, largest: 0, shift: 0 };
  Object.assign(globalThis, { seen });
  const observe = (
    type: string,
    take: (entry: PerformanceEntry & { value?: number; hadRecentInput?: boolean }) => void,
  ) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe("paint", (entry) => {
    if (entry.name === "first-contentful-paint") seen.first = entry.startTime;
  });
  observe("largest-contentful-paint", (entry) => {
    seen.largest = entry.startTime;
  });
  observe("layout-shift", (entry) => {
    if (!entry.hadRecentInput) seen.shift += entry.value ?? 0;
  });
}
