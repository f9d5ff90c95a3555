import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Step } from "../sim/person.ts";
import type { CallReport } from "../sim/report.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { greeted, type OpenShop, openShop, shopGreeting } from "./testing/open-shop.ts";
import { databaseFamily, signalAll } from "./testing/processes.ts";
import { until } from "./testing/until.ts";

// The database fails under live calls: one installation's stands still for a while, the other one's is killed.
const question = "איפה אתם נמצאים?";
const address = "אנחנו ברחוב הרצל שלושים ושתיים בתל אביב, ויש חניה ממול.";
const talk: Step[] = [
  { do: "listen" },
  { do: "wait", ms: 2_000 },
  { do: "say", text: question },
  { do: "listen" },
  { do: "hangUp" },
];

interface Outage {
  shop: OpenShop;
  /** On the line when it happened, and called while it lasted. */
  reports: CallReport[];
  entries: CallEntry[];
  readyWhileDown: number;
  webhookMs: number[];
}

const readiness = async ({ product }: OpenShop): Promise<number> => (await fetch(`${product.url}/health/ready`)).status;
const isWhole = ({ endReason, recordings, costAgorot, status }: CallEntry): boolean =>
  endReason !== null &&
  status === "completed" &&
  costAgorot !== null &&
  recordings.some((sound) => sound.status === "stored");

async function suffer(breakIt: (shop: OpenShop) => void, healIt: (shop: OpenShop) => void): Promise<Outage> {
  const shop = await openShop();
  await shop.dial([{ do: "listen" }, { do: "wait", ms: 2_000 }, { do: "hangUp" }]).report; // renders the greeting
  const before = shop.dial(talk);
  await greeted(before);
  breakIt(shop);
  const during = shop.dial(talk);
  const readyWhileDown = await readiness(shop);
  const reports = await Promise.all([before.report, during.report]);
  healIt(shop);
  await until("ready again", async () => (await readiness(shop)) === 200, 30_000);
  const entries = await Promise.all(reports.map(({ callSid }) => shop.home.entryOf(shop.businessId, callSid, isWhole)));
  const asked = shop.home.world.account.webhooks.filter(({ form }) => form.CallSid === reports[1].callSid);
  const webhookMs = asked.filter(({ url }) => url.endsWith("/webhook/incoming_call")).map(({ tookMs }) => tookMs);
  return { shop, reports, entries, readyWhileDown, webhookMs };
}

const outages = {
  "stands still": () =>
    suffer(
      ({ home }) => signalAll(databaseFamily(home.storageDir), "SIGSTOP"),
      ({ home }) => signalAll(databaseFamily(home.storageDir), "SIGCONT"),
    ),
  "is killed": () =>
    suffer(
      ({ home }) => signalAll(databaseFamily(home.storageDir), "SIGKILL"),
      () => {}, // the product starts it again by itself
    ),
} satisfies Record<string, () => Promise<Outage>>;
type Name = keyof typeof outages;
const suffered = {} as Record<Name, Outage>;

describe.if(process.platform === "linux")("a database that fails under live calls", () => {
  beforeAll(async () => {
    await Promise.all(
      Object.entries(outages).map(async ([name, run]) => {
        suffered[name as Name] = await run();
      }),
    );
  }, 120_000);
  afterAll(() => Promise.all(Object.values(suffered).map(({ shop }) => shop.home.remove())), 60_000);

  describe.each(["stands still", "is killed"] as const)("and %s", (name) => {
    test("costs no caller a word: greeting, question and answer, before and in the middle of it", () => {
      for (const { heard, problems, endedBy } of suffered[name].reports) {
        expect(heard.map(({ text }) => text)).toEqual([shopGreeting, address]);
        expect(problems).toEqual([]);
        expect(endedBy).toBe("caller");
      }
    });
    test("does not delay the answer to a new call", () => {
      // The database is away for seconds; how fast an answer is beside that, `bun run bench stalled` measures.
      const { webhookMs } = suffered[name];
      expect(webhookMs).toHaveLength(1);
      expect(webhookMs[0]).toBeLessThan(1_900); // the database itself is given 2,000 ms
    });
    test("delays the log only: every row of both calls is there when it is back, once", () => {
      for (const { turns, leadId, billedSeconds, recordings } of suffered[name].entries) {
        expect(turns.map(({ text }) => text)).toEqual([shopGreeting, question, address]);
        expect(leadId).toBeString();
        expect(billedSeconds).toBeGreaterThan(5);
        expect(recordings).toHaveLength(1);
      }
    });
    test("is named in the log, once per outage and not per row", () => {
      const lines = suffered[name].shop.product.log().split("\n");
      expect(lines.filter((line) => line.includes("[DB] writes wait: the database is away"))).toHaveLength(1);
      expect(lines.filter((line) => line.includes("[DB] writes go through again"))).toHaveLength(1);
      expect(lines.filter((line) => line.includes("rows of calls were lost"))).toEqual([]);
      expect(lines.filter((line) => /^\S+ error /.test(line) && !line.includes("database server is gone"))).toEqual([]);
    });
  });

  test("a load balancer hears of a database that stands still", () => {
    expect(suffered["stands still"].readyWhileDown).toBe(503);
  });
});
