import { expect, test } from "bun:test";
import { join } from "node:path";
import { isTest, readSources } from "../scripts/checks/sources.ts";
import { readConfig } from "./config.ts";
import { limits } from "./limits.ts";

test("no bound stands here that nothing is held to", async () => {
  const sources = await readSources(join(import.meta.dir, ".."));
  const read = sources
    .filter(({ path }) => !isTest(path) && path !== "src/limits.ts")
    .map(({ text }) => text)
    .join("\n");
  expect(Object.keys(limits).filter((name) => !new RegExp(`\\b${name}\\b`).test(read))).toEqual([]);
});

// The numbers that were agreed on; that they hold is proved where they are used.
test("K12: how often somebody may come", () => {
  expect(limits.loginWindowMs).toBe(15 * 60_000);
  expect([limits.loginPerAccountMax, limits.loginPerAddressMax]).toEqual([5, 20]); // auth/auth.test
  expect(readConfig({}).http.requestsPerMinute).toBe(300); // e2e/too-often.test
  expect(limits.webhooksPerSecondMax).toBe(50); // twilio/call-quota.test
  expect(limits.waAnswersPerMinute).toBe(20);
  expect([limits.callsPerCallerMax, limits.callsPerCallerPerHourMax]).toEqual([3, 10]); // twilio/call-quota.test
});

test("K13: how much somebody may send", () => {
  expect([limits.waAudioBytes, limits.waMediaBytes].map((size) => size / 1024 ** 2)).toEqual([10, 16]); // whatsapp/media.test
  expect(limits.uploadBytes).toBeLessThan(20 * 1024 ** 2); // e2e/upload-bombs.test
  expect(limits.requestBodyBytes).toBe(1024 ** 2);
  expect([limits.uploadsMax, limits.uploadsPerBusinessMax]).toEqual([16, 6]); // whatsapp/file-quota.test
  expect([limits.waMediaQuotaBytes, limits.waMediaShareBytes]).toEqual([2 * 1024 ** 3, 2 ** 29]); // whatsapp/file-quota.test
});

test("K16: what a transfer number may cost", () => {
  expect([limits.transfersPerDayMax, limits.transferChecksPerDayMax, limits.transferCodeTries]).toEqual([10, 5, 5]);
});
