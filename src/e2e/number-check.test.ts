import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { openStage, type Stage } from "./testing/stage.ts";

setDefaultTimeout(120_000);
const phone = "+97235550100";
let stage: Stage;
let businessId: BusinessId;

beforeAll(async () => {
  stage = await openStage();
  businessId = await stage.addBusiness({ name: "מספרה", phone: phone as Phone, greeting: "שלום." });
});
afterAll(() => stage.stop());

async function browserOf(role: "owner" | "agent", business = businessId): Promise<Browser> {
  const browser = new Browser({ request: (path, init) => fetch(`${stage.listensAt}${path}`, init ?? {}) }, stage.url);
  await browser.login((await addPerson(stage.db, role, business)).email, password);
  return browser;
}

interface Checked {
  canConnect: boolean;
  checks: { name: string; state: string }[];
}
const states = ({ checks }: Checked) => Object.fromEntries(checks.map(({ name, state }) => [name, state]));

test("the owner finds a number that rings elsewhere and points it here; the log knows who did", async () => {
  const owner = await browserOf("owner");
  expect((await owner.ask<Checked>(`/api/numbers/${phone}/check`)).body).toMatchObject({ canConnect: false });
  expect((await owner.ask(`/api/numbers/${phone}/connect`, { method: "POST" })).status).toBe(422);

  const rented = stage.world.account.rent(phone);
  rented.TrunkSid = `TK${"1".repeat(32)}`; // a telephone exchange of the office had it
  const before = (await owner.ask<Checked>(`/api/numbers/${phone}/check`)).body;
  expect([before.canConnect, states(before)]).toMatchObject([true, { account: "ok", voice: "wrong", status: "wrong" }]);
  const after = await owner.ask<Checked>(`/api/numbers/${phone}/connect`, { method: "POST" });
  expect([after.status, states(after.body)]).toMatchObject([200, { account: "ok", voice: "ok", status: "ok" }]);
  expect(rented).toMatchObject({
    VoiceUrl: `${stage.url}/webhook/incoming_call`,
    VoiceMethod: "POST",
    StatusCallback: `${stage.url}/webhook/call_status`,
    StatusCallbackMethod: "POST",
    TrunkSid: "",
  });
  const { body } = await owner.ask<{ items: { action: string; detail: object }[] }>("/api/audit");
  const [act] = body.items.filter(({ action }) => action === "number.connect");
  expect(JSON.stringify(act?.detail)).not.toContain(phone);
});

test("neither an agent nor another business's owner may ask or point", async () => {
  const other = await stage.addBusiness({ name: "אחר", phone: "+97235550199" as Phone, greeting: "שלום." });
  const [agent, stranger] = [await browserOf("agent"), await browserOf("owner", other)];
  for (const [who, status] of [
    [agent, 403],
    [stranger, 404],
  ] as const) {
    expect((await who.ask(`/api/numbers/${phone}/check`)).status).toBe(status);
    expect((await who.ask(`/api/numbers/${phone}/connect`, { method: "POST" })).status).toBe(status);
  }
});
