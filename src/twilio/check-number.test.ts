import { afterEach, expect, test } from "bun:test";
import { systemClock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { TwilioAccount } from "../sim/twilio/account.ts";
import { serveRestApi } from "../sim/twilio/rest-api.ts";
import { addressesAt, checkNumber } from "./check-number.ts";
import { createPhoneNumbers } from "./phone-numbers.ts";

const phone = "+97235550100" as Phone;
const base = "https://office.example.co.il";
const addresses = addressesAt(base);
const running: { stop(): Promise<void> }[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())));

function setUp({ keys = true, publicBaseUrl = base, knocked = 200 as number | null } = {}) {
  const account = new TwilioAccount({ sid: `AC${"5".repeat(32)}`, authToken: "token" });
  const api = serveRestApi(account, systemClock);
  running.push(api);
  const numbers = createPhoneNumbers({
    apiBaseUrl: api.baseUrl,
    accountSid: keys ? account.sid : null,
    authToken: keys ? account.authToken : null,
    fetch,
    clock: { ...systemClock, after: (ms, run) => systemClock.after(ms < 1_000 ? 0 : ms, run) },
    log: silentLog,
  });
  const deps = { numbers, publicBaseUrl: () => publicBaseUrl, knock: async () => knocked };
  const check = async (isSender = false) =>
    Object.fromEntries((await checkNumber(deps, { phone, isSender })).checks.map((each) => [each.name, each]));
  const states = async () => Object.entries(await check()).map(([name, { state }]) => `${name} ${state}`);
  return { account, numbers, check, states };
}

test("a number fresh from the shop shows what is there and what should be", async () => {
  const { account, check } = setUp();
  account.rent("+972355501009"); // the filter matches parts: this is another one
  account.rent(phone);
  expect(await check()).toMatchObject({
    https: { state: "ok" },
    reachable: { state: "ok" },
    account: { state: "ok" },
    voice: {
      state: "wrong",
      found: "POST https://demo.twilio.com/welcome/voice/",
      wanted: `POST ${base}/webhook/incoming_call`,
    },
    status: { state: "wrong", found: null, wanted: `POST ${base}/webhook/call_status` },
  });
});

test.each([
  ["application", { VoiceApplicationSid: `AP${"1".repeat(32)}` }],
  ["trunk", { TrunkSid: `TK${"1".repeat(32)}` }],
])("pointing it here makes everything good, whatever %s took the calls before", async (_what, taken) => {
  const { account, numbers, states } = setUp();
  const rented = account.rent(phone);
  Object.assign(rented, taken);
  expect(await states()).toContain("voice wrong");
  await numbers.point(rented.sid, addresses);
  expect(await states()).toEqual(["https ok", "reachable ok", "account ok", "voice ok", "status ok"]);
});

test.each([
  ["another method", { VoiceUrl: addresses.voice, VoiceMethod: "GET" }, `GET ${addresses.voice}`],
  ["a trunk", { VoiceUrl: addresses.voice, VoiceMethod: "POST", TrunkSid: "TK1" }, "TK1"],
])("%s is not ours although the address is", async (_what, fields, found) => {
  const { account, check } = setUp();
  Object.assign(account.rent(phone), fields);
  expect((await check()).voice).toMatchObject({ state: "wrong", found });
});

test("what nobody can know is told as that, with the reason", async () => {
  expect((await setUp({ keys: false }).check()).account).toMatchObject({ state: "unknown", reason: "no_keys" });
  expect((await setUp().check()).account).toMatchObject({ state: "wrong", reason: "not_in_account" });
  const down = setUp();
  down.account.restFault = 500;
  expect((await down.check()).account).toMatchObject({ state: "unknown", reason: "no_answer" });
  const refused = setUp();
  refused.account.restFault = 401;
  expect((await refused.check()).account).toMatchObject({ state: "wrong", reason: "keys_refused" });
  expect((await setUp().check(true)).whatsapp).toMatchObject({ state: "unknown", reason: "by_hand" });
});

test("an address that is not https, does not answer or is somebody else's is told", async () => {
  const plain = await setUp({ publicBaseUrl: "http://10.0.0.1", knocked: null }).check();
  expect(plain).toMatchObject({ https: { state: "wrong" }, reachable: { state: "wrong", reason: "no_answer" } });
  expect((await setUp({ knocked: 404 }).check()).reachable).toMatchObject({ state: "wrong", found: "HTTP 404" });
});
