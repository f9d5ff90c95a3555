import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { transfer } from "../sim/scenarios/transfer.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";

// K16, V20: whoever sets a number is not thereby the one who answers there. The call that reads the code goes over the
// telephone's own wire, and so do the callers who ask for a person.
setDefaultTimeout(120_000);
let stage: Stage;
const [proven, unproven] = ["+97235550100", "+97235550200"];
const target = "+972521234567";

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

/** A business that wants its callers handed to `target`, and its owner, logged in. */
async function shop(phone: string): Promise<{ businessId: BusinessId; owner: Browser }> {
  const businessId = await stage.addBusiness({ name: "מספרה", phone: phone as Phone, greeting: "שלום." });
  const owner = new Browser({ request: (path, init) => fetch(`${stage.listensAt}${path}`, init ?? {}) }, stage.url);
  await owner.login((await addPerson(stage.db, "owner", businessId)).email, password);
  const set = { transferPhone: target, transferLabel: "דנה" };
  expect((await owner.ask("/api/settings", { method: "PATCH", body: set })).status).toBe(200);
  return { businessId, owner };
}

const askForPerson = (to: string) => stage.world.dial({ ...transfer, to }).call;

test("callers are put through to a number whose person typed the code, and to no other; there a message is taken", async () => {
  const [{ owner }, other] = [await shop(proven), await shop(unproven)];
  expect((await owner.ask("/api/settings/transfer-check", { method: "POST" })).status).toBe(202);
  const called = stage.world.placedCalls.at(-1)!;
  await called.finished;
  expect([called.from, called.to, called.problems]).toEqual([proven, target, []]);
  const code = called.digits.slice(0, 6);
  expect(called.heard).toEqual([
    ...["code.wav", ...[...code].map((digit) => `digit-${digit}.wav`)],
    ...["code-again.wav", ...[...code].map((digit) => `digit-${digit}.wav`)],
  ]);
  const typed = (who: Browser) => who.ask("/api/settings/transfer-check/code", { body: { code } });
  expect((await typed(other.owner)).status).toBe(422);
  expect((await typed(owner)).status).toBe(204);
  const settings = await owner.ask<{ transferVerified: boolean }>("/api/settings");
  expect(settings.body.transferVerified).toBe(true);

  const [put, kept] = [askForPerson(proven), askForPerson(unproven)];
  await Promise.all([put.finished, kept.finished]);
  const dialled = (call: typeof put) =>
    call.moments.map(({ name }) => name).filter((name) => name.startsWith("dialled"));
  expect(dialled(put)).toEqual([`dialled ${target}`]);
  expect(dialled(kept)).toEqual([]);
  const tasks = () => other.owner.ask<{ items: { sourceKey?: string; urgency: string }[] }>("/api/tasks");
  await until("a task for the staff instead", async () =>
    (await tasks()).body.items.some((task) => task.urgency === "urgent"),
  );
});
