import { afterAll, beforeAll, expect, setDefaultTimeout } from "bun:test";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import { booking } from "../sim/scenarios/booking.ts";
import { say } from "../whatsapp/say.he.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { story } from "./testing/story.ts";
import { until } from "./testing/until.ts";
import { openWhatsAppShop, type WhatsAppShop } from "./testing/whatsapp-shop.ts";

// Section Q of the requirements, sentence by sentence, on the whole product: logins, cookies and pages over HTTP, calls over
// the telephone's wire, WhatsApp over its own. A second business is there all the time and must notice nothing.
setDefaultTimeout(300_000);
const step = story("the acceptance simulation: two businesses and an administrator");

let stage: Stage;
let hair: WhatsAppShop;
let law: WhatsAppShop;
let admin: Browser;
const dana = { phone: "+972541234567", name: "דנה כהן" };
/** What only the one business knows, in anything that is answered. */
const marks = { hair: "סוד-המספרה", law: "סוד-העורך" };

beforeAll(async () => {
  stage = await openStage();
  hair = await openWhatsAppShop(stage, "מספרת דנה", "97235550100");
  law = await openWhatsAppShop(stage, "עורך דין לוי", "97235550200");
  const greeting = { callGreeting: "שלום, הגעתם ל{{business_name}}." };
  for (const { owner } of [hair, law])
    expect((await owner.ask("/api/settings", { method: "PATCH", body: greeting })).status).toBe(200);
  admin = new Browser({ request: (path, init) => fetch(`${stage.listensAt}${path}`, init ?? {}) }, stage.url);
  expect((await admin.login((await addPerson(stage.db, "system_admin")).email, password)).status).toBe(200);
});
afterAll(() => stage.stop());

interface Lead {
  id: string;
  customerId: string;
  phones: string[];
}
const leads = async ({ get }: WhatsAppShop) => (await get<{ items: Lead[] }>("/api/leads")).items;

step("each has its own leads, tasks and notifications, and is told of nothing else", async () => {
  for (const [shop, mark] of [
    [hair, marks.hair],
    [law, marks.law],
  ] as const) {
    const made = await shop.owner.ask<{ lead: Lead }>("/api/leads", { body: { name: mark, phone: "0501112233" } });
    expect(made.status).toBe(200);
    const task = { title: `לחזור אל ${mark}`, customerId: made.body.lead.customerId };
    expect((await shop.owner.ask("/api/tasks", { body: task })).status).toBe(201);
  }
  for (const [shop, mine, other] of [
    [hair, marks.hair, marks.law],
    [law, marks.law, marks.hair],
  ] as const)
    for (const path of [
      "/api/leads",
      "/api/tasks",
      "/api/notifications",
      `/api/search?q=${encodeURIComponent(mine)}`,
    ]) {
      const said = JSON.stringify(await shop.get(path));
      expect(said, path).toContain(mine);
      expect(said, path).not.toContain(other);
    }
  // The same caller is another customer in each.
  expect((await leads(hair))[0]!.customerId).not.toBe((await leads(law))[0]!.customerId);
});

step("each links its own number by its own QR", async () => {
  const qrOf = async (shop: WhatsAppShop) => {
    await shop.owner.ask("/api/whatsapp/connect", { body: {} });
    const shown = () => shop.get<{ qr: { text: string } | null }>("/api/whatsapp/qr");
    return (await until("a QR", async () => (await shown()).qr, 60_000)).text;
  };
  expect(await qrOf(hair)).not.toBe(await qrOf(law));
  for (const shop of [hair, law]) {
    await shop.link();
    const { me } = await shop.get<{ me: { phone: string } }>("/api/whatsapp/status");
    expect(me.phone).toBe(`+${shop.account.number}`);
  }
});

step(
  "a call is answered within 3 s, an interruption stops the answer, and “yes” to an offer is a meeting",
  async () => {
    const report = await stage.world.dial({ ...booking, name: "e2e", from: dana.phone, to: "+97235550100" }).report;
    expect(report.greetingMs ?? 0).toBeLessThan(3_000);
    expect(Math.max(...report.answerMs)).toBeLessThan(3_000);
    // Generous for a machine that others use: the half second itself is held by `bun run bench interruption`.
    expect(Math.max(...report.stopMs)).toBeLessThan(1_500);
    const entry = await stage.entryOf(report.callSid);
    const { body } = await hair.owner.ask<{ turns: unknown[] }>(`/api/calls/${entry.id}`);
    expect(body.turns.length).toBeGreaterThan(3);
    expect(await hair.meetings()).toMatchObject([{ status: "booked" }]);
    expect((await leads(hair)).flatMap(({ phones }) => phones)).toContain(dana.phone);
  },
);

step("the other business sees neither the call nor the caller nor the meeting", async () => {
  expect((await law.get<{ items: unknown[] }>("/api/calls")).items).toEqual([]);
  expect(await law.meetings()).toEqual([]);
  expect((await leads(law)).flatMap(({ phones }) => phones)).not.toContain(dana.phone);
});

step("“כן, אפשר” in a chat is a meeting of that business, and a chat of no other", async () => {
  const person = stage.world.whatsapp.person("972507778899", "רון");
  for (const text of ["אפשר לקבוע תור ליום ראשון?", "כן, אפשר"]) {
    const before = person.textsFrom(law.account).length;
    await person.write(law.account, text);
    await until(`an answer to ${text}`, () => person.textsFrom(law.account).length > before, 60_000);
  }
  await until("the meeting", async () => (await law.meetings()).length === 1);
  expect(await hair.meetings()).toHaveLength(1);
  expect((await hair.chats()).map(({ phone }) => phone)).not.toContain("+972507778899");
});

step("a disconnect shows in the bell of whom it concerns, once", async () => {
  law.account.unlink(law.account.connected!);
  await until("the bell", async () => (await law.bell()).includes(say.down), 60_000);
  expect((await law.bell()).filter((title) => title === say.down)).toHaveLength(1);
  expect(await hair.bell()).not.toContain(say.down);
  expect(await hair.get("/api/whatsapp/status")).toMatchObject({ connected: true, canSend: true });
});

/** Everything that the panel shows of a business, by its address. */
const shown = [
  "/api/auth/me",
  "/api/business",
  "/api/settings",
  "/api/numbers",
  "/api/team",
  "/api/leads",
  "/api/tasks",
  "/api/notifications",
  "/api/calls",
  "/api/search?q=0501112233",
  "/api/usage?from=2026-01-01&to=2026-12-31",
  "/api/audit",
  "/api/keys",
  "/api/webhooks",
  "/api/erasures",
  "/api/whatsapp/status",
  "/api/whatsapp/conversations",
] as const;
const look = async (who: Browser) => Promise.all(shown.map(async (path) => ({ path, ...(await who.ask(path)) })));

step(
  "S7: an administrator enters one business, leaves it and enters the other: no byte of the first is in the second",
  async () => {
    const enter = (businessId: string) => admin.ask("/api/auth/impersonation", { body: { businessId } });
    const cookies: string[] = [];
    const keep = () => void cookies.push(admin.jar.get("sid")!);
    for (const { status } of (await look(admin)).slice(1)) expect(status).toBe(403);
    keep();

    expect((await enter(hair.businessId)).status).toBe(200);
    keep();
    const stream = await fetch(`${stage.listensAt}/api/events`, { headers: { Cookie: cookieOf(admin) } });
    const inHair = await look(admin);
    const said = JSON.stringify(inHair);
    expect(inHair.map(({ status }) => status)).toEqual(shown.map(() => 200));
    expect(inHair[0]!.body).toMatchObject({
      role: "system_admin",
      impersonating: true,
      business: { id: hair.businessId },
    });
    expect(said).toContain(marks.hair);
    expect(said).not.toMatch(new RegExp(`${marks.law}|${law.businessId}`));
    expect((await enter(law.businessId)).status).toBe(409); // it does not nest

    expect((await admin.ask("/api/auth/impersonation", { method: "DELETE" })).status).toBe(200);
    keep();
    await stream.text(); // the first business's stream has ended
    for (const { status } of (await look(admin)).slice(1)) expect(status).toBe(403);

    expect((await enter(law.businessId)).status).toBe(200);
    keep();
    const inLaw = await look(admin);
    expect(inLaw.map(({ status }) => status)).toEqual(shown.map(() => 200));
    const idsOfHair = (await leads(hair)).flatMap(({ id, customerId }) => [id, customerId]);
    for (const trace of [marks.hair, hair.businessId, dana.phone, dana.name, ...idsOfHair])
      expect(JSON.stringify(inLaw), trace).not.toContain(trace);

    // Each move gave the session another id, and what was before opens nothing.
    expect(new Set(cookies).size).toBe(4);
    for (const old of cookies.slice(0, -1)) {
      const thief = new Browser({ request: (path, init) => fetch(`${stage.listensAt}${path}`, init ?? {}) }, stage.url);
      thief.jar.set("sid", old);
      expect((await thief.ask("/api/auth/me")).status).toBe(401);
    }
  },
);

step("each business reads in its audit when the administrator came and went, and of no other visit", async () => {
  await admin.ask("/api/auth/impersonation", { method: "DELETE" });
  for (const { get, businessId } of [hair, law]) {
    const { items } = await get<{ items: { action: string; subject: string }[] }>("/api/audit?limit=200");
    const visits = items.filter(({ action }) => action.startsWith("impersonation."));
    expect(visits.map(({ action }) => action).toReversed()).toEqual(["impersonation.start", "impersonation.stop"]);
    expect(new Set(visits.map(({ subject }) => subject))).toEqual(new Set([`business:${businessId}`]));
  }
});

const cookieOf = ({ jar }: Browser) => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
