import { expect, test } from "bun:test";
import { runLoad } from "./load.ts";
import { type Relay, startRelay } from "./testing/relay.ts";

test("a few stamped calls through a plain relay: nothing is lost, and every delay is one of this run", async () => {
  const relays: Relay[] = [];
  const report = await runLoad({
    calls: 4,
    seconds: 4.2,
    patienceMs: 1_000,
    rampSeconds: 0,
    thinkMs: 20,
    number: "+97235550100",
    async startProduct(environment) {
      const relay = startRelay({
        openaiBaseUrl: environment.OPENAI_BASE_URL!,
        apiKey: environment.OPENAI_API_KEY!,
      });
      relays.push(relay);
      return { publicBaseUrl: relay.baseUrl };
    },
  });
  await Promise.all(relays.map((relay) => relay.stop()));
  expect(report).toMatchObject({ calls: 4, streams: 4, framesLost: 0, framesSwapped: 0, problems: {} });
  expect(report.framesSent).toBeWithin(4 * 190, 4 * 212);
  expect(report.downlinkMs.count).toBeGreaterThan(0);
  expect(report.downlinkMs.p50).toBeWithin(0, 1_000); // how long it takes is for benches: the machine may be busy
  expect(report.greetingMs.count).toBe(4);
});
