import { expect, test } from "bun:test";
import { readConfig } from "./config.ts";
import { limits } from "./limits.ts";

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
