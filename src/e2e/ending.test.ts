import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { phraseNames, phraseText } from "../live-call/phrases-text.ts";
import type { CallReport } from "../sim/report.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { greeted, type OpenShop, openShop, shopGreeting } from "./testing/open-shop.ts";
import { databaseFamily } from "./testing/processes.ts";
import { until } from "./testing/until.ts";

// A process that is asked to end while callers are on the line: once, and a second time. Both at once, in real time.
const address = "אנחנו ברחוב הרצל שלושים ושתיים בתל אביב, ויש חניה ממול.";
const statusOf = async (url: string, path: string): Promise<number> => (await fetch(`${url}${path}`)).status;

let shop: OpenShop;
let exitCode: number;
let live: CallReport;
let late: CallReport;
let readyAfterMs: number;
let alive: number;
let entry: CallEntry;
let exitAfterMs: number;

async function endWithCallers(): Promise<void> {
  shop = await openShop();
  const { product, home, businessId } = shop;
  const talking = shop.dial([
    { do: "listen" },
    { do: "wait", ms: 3_000 },
    { do: "say", text: "איפה אתם נמצאים?" },
    { do: "listen" },
    { do: "hangUp" },
  ]);
  await greeted(talking);
  process.kill(product.pid, "SIGTERM");
  const askedMs = performance.now();
  await until("ready to say no", async () => (await statusOf(product.url, "/health/ready")) === 503);
  readyAfterMs = performance.now() - askedMs;
  alive = await statusOf(product.url, "/health/live");
  late = await shop.dial([], 3_000).report;
  live = await talking.report;
  const overMs = performance.now();
  exitCode = await product.exited;
  exitAfterMs = performance.now() - overMs;
  entry = await home.entryOf(businessId, live.callSid);
}

let hurriedShop: OpenShop;
let hurried: CallReport;
let hurriedCode: number;
let hurriedMs: number;
let hurriedEntry: CallEntry;

async function endInAHurry(): Promise<void> {
  hurriedShop = await openShop();
  const { product, home, businessId } = hurriedShop;
  await hurriedShop.dial([{ do: "listen" }, { do: "hangUp" }]).report;
  // The first call of a new installation has its sentences made; without the goodbye's the line is just closed.
  const rendered = () => readdir(join(home.storageDir, "phrases")).catch(() => []);
  await until("sentences made", async () => {
    const files = (await rendered()).filter((name) => !name.endsWith(".part"));
    return files.length > phraseNames.length; // and the greeting
  });
  const talking = hurriedShop.dial([
    { do: "listen", quietMs: 200 }, // over before the first signal, so that the goodbye is what is talked over
    { do: "whileSpeaking", afterMs: 1_000, maxMs: 30_000 },
    { do: "say", text: "רגע, רגע, יש לי עוד שאלה אחת בבקשה" },
    { do: "wait", ms: 60_000 },
  ]);
  await greeted(talking);
  process.kill(product.pid, "SIGTERM");
  await until("draining", async () => (await statusOf(product.url, "/health/ready")) === 503);
  process.kill(product.pid, "SIGTERM");
  const askedMs = performance.now();
  hurried = await talking.report;
  hurriedMs = performance.now() - askedMs;
  hurriedCode = await product.exited;
  hurriedEntry = await home.entryOf(businessId, hurried.callSid);
}

beforeAll(async () => {
  await Promise.all([endWithCallers(), endInAHurry()]);
}, 120_000);
afterAll(() => Promise.all([shop.home.remove(), hurriedShop.home.remove()]), 30_000);

describe("SIGTERM with a caller on the line", () => {
  test("ready says no at once, live says yes", () => {
    expect(readyAfterMs).toBeLessThan(500);
    expect(alive).toBe(200);
  });
  test("a new caller leaves a message instead of hearing nothing", () => {
    expect(late.moments.map(({ name }) => name)).toContainEqual(expect.stringContaining("plays fallback"));
    expect(late.problems).toEqual([]);
  });
  test("the live call goes on to its own end, questions are still answered", () => {
    expect(live.heard.map(({ text }) => text)).toEqual([shopGreeting, address]);
    expect(live.endedBy).toBe("caller");
    expect(live.problems).toEqual([]);
  });
  test("then the process ends with code 0, soon after the last call, and its database with it", () => {
    expect(exitCode).toBe(0);
    expect(exitAfterMs).toBeLessThan(5_000);
    expect(databaseFamily(shop.home.storageDir)).toEqual([]);
  });
  test("nothing of the call is lost: words, recording and what Twilio reported of its end", () => {
    expect(entry.turns.map(({ text }) => text)).toEqual([shopGreeting, "איפה אתם נמצאים?", address]);
    expect(entry.recordings.map(({ status }) => status)).toEqual(["stored"]);
    expect(entry).toMatchObject({ endReason: "caller_hung_up", status: "completed" });
    expect(entry.billedSeconds).toBeGreaterThan(5);
  });
});

test("a second SIGTERM: callers hear a goodbye, to its end though they talk over it, all within ten seconds, and the process ends with code 0", () => {
  expect(hurriedCode).toBe(0);
  expect(hurriedMs).toBeLessThan(10_000);
  const goodbye = hurried.heard.at(-1)!;
  expect(goodbye.text).toBe(phraseText(["he"], "shutdown_goodbye"));
  expect(goodbye.heardMs).toBeGreaterThan(goodbye.wholeMs - 30);
  expect(hurried.said.at(-1)).toMatchObject({ overAssistant: true });
  expect(hurried.endedBy).toBe("rest");
  expect(hurried.problems).toEqual([]);
  expect(hurriedEntry).toMatchObject({ endReason: "shutdown", status: "completed" });
});
