import { afterAll, beforeAll, expect, setDefaultTimeout } from "bun:test";
import { say } from "../whatsapp/say.he.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { story } from "./testing/story.ts";
import { until } from "./testing/until.ts";
import { openWhatsAppShop, type WhatsAppShop } from "./testing/whatsapp-shop.ts";

// The acceptance list for WhatsApp (requirements Q), through the public interfaces: HTTP, and WhatsApp's own wire with the real client.
setDefaultTimeout(600_000);
const step = story("WhatsApp, from two QR codes to an unlinked device");

let stage: Stage;
let hair: WhatsAppShop;
let law: WhatsAppShop;
beforeAll(async () => {
  stage = await openStage();
  hair = await openWhatsAppShop(stage, "מספרת דנה", "97235550100");
  law = await openWhatsAppShop(stage, "עורך דין לוי", "97235550200");
});
afterAll(() => stage.stop());

const patient = 60_000;

step("each business has its own QR and its own session", async () => {
  await Promise.all([hair.link(), law.link()]);
  for (const shop of [hair, law]) {
    const status = await shop.get<{ me: { phone: string }; state: string }>("/api/whatsapp/status");
    expect(status).toMatchObject({ state: "open", me: { phone: `+${shop.account.number}` } });
  }
  expect(stage.lines.filter((line) => line.includes("[WA] connection update:")).length).toBeGreaterThan(1);
});

step(
  "a customer books in Hebrew: the offer, “כן, אפשר”, the meeting in the calendar; the other business sees none of it",
  async () => {
    const person = stage.world.whatsapp.person("972501112233", "דנה כהן");
    const answers = () => person.textsFrom(hair.account);
    const says = async (text: string) => {
      const before = answers().length;
      await person.write(hair.account, text);
      await until(`an answer to ${text}`, () => answers().length > before, patient);
      return answers().at(-1)!;
    };
    expect(await says("אפשר לקבוע תור ליום ראשון?")).toContain("ארבע וחצי");
    await says("כן, אפשר");
    const meetings = await until("the meeting", async () => {
      const found = await hair.meetings();
      return found.length > 0 && found;
    });
    expect(meetings).toHaveLength(1);
    const [chat] = await hair.chats();
    expect(chat).toMatchObject({ phone: "+972501112233" });
    const thread = await hair.messages(chat!.id);
    expect(thread.filter(({ author }) => author === "customer").map(({ text }) => text)).toEqual([
      "אפשר לקבוע תור ליום ראשון?",
      "כן, אפשר",
    ]);
    await until("delivered", async () => (await hair.messages(chat!.id)).at(-1)?.state === "delivered", patient);
    expect(await law.chats()).toEqual([]);
    expect(await law.meetings()).toEqual([]);
    expect((await law.owner.ask(`/api/whatsapp/conversations/${chat!.id}`)).status).toBe(404);
  },
);

step("the same person at the other business is another customer there", async () => {
  const person = stage.world.whatsapp.person("972501112233", "דנה כהן");
  await person.write(law.account, "שלום");
  await until("the answer", () => person.textsFrom(law.account).length === 1, patient);
  expect(await law.chats()).toHaveLength(1);
  expect((await hair.messages((await hair.chats())[0]!.id)).some(({ text }) => text === "שלום")).toBe(false);
});

step("staff writes from the panel; ten messages arrive in order, each once, over a line that is cut", async () => {
  const person = stage.world.whatsapp.person("972501112233", "דנה כהן");
  const chatId = (await hair.chats())[0]!.id;
  await hair.owner.ask(`/api/whatsapp/conversations/${chatId}/take-over`, { body: {} });
  const before = person.textsFrom(hair.account).length;
  const texts = Array.from({ length: 10 }, (_, index) => `עדכון ${index + 1}`);
  hair.account.faults.messages = ["none", "none", "reset_after", "none", "reset_before"];
  for (const [index, text] of texts.entries()) {
    const { status } = await hair.owner.ask("/api/whatsapp/send", {
      body: { conversationId: chatId, text, key: `burst-${index}` },
    });
    expect(status).toBe(202);
  }
  await until("all ten", () => person.textsFrom(hair.account).length === before + 10, 90_000);
  expect(person.textsFrom(hair.account).slice(before)).toEqual(texts);
  await hair.owner.ask(`/api/whatsapp/conversations/${chatId}/hand-back`, { body: {} });
});

step("what the owner types on the handset silences the assistant in that chat", async () => {
  const person = stage.world.whatsapp.person("972504445566", "יוסי");
  const sentAt = Math.floor(Temporal.Now.instant().epochMilliseconds / 1_000);
  await hair.account.writeOnHandset(person, "אני מטפלת בזה", sentAt);
  const chat = await until(
    "the chat",
    async () => (await hair.chats()).find(({ lastText }) => lastText === "אני מטפלת בזה"),
    patient,
  );
  await person.write(hair.account, "תודה");
  await until("stored", async () => (await hair.messages(chat.id)).length === 2, patient);
  const { silentBy } = await hair.get<{ silentBy: string }>(`/api/whatsapp/conversations/${chat.id}`);
  expect(silentBy).toBe("handset");
});

step(
  "a device that is unlinked on the phone shows in the bell, once, and only there; no new link begins by itself",
  async () => {
    law.account.unlink(law.account.connected!);
    await until("the bell", async () => (await law.bell()).includes(say.down), patient);
    expect((await law.bell()).filter((title) => title === say.down)).toHaveLength(1);
    expect(await hair.bell()).not.toContain(say.down);
    const status = await law.get<{ state: string; qr: unknown; connected: boolean }>("/api/whatsapp/status");
    expect(status).toMatchObject({ state: "logged_out", connected: false, qr: null });
    await law.link();
    const person = stage.world.whatsapp.person("972501112233", "דנה כהן");
    const before = person.textsFrom(law.account).length;
    await person.write(law.account, "חזרתם?");
    await until("the answer after the new link", () => person.textsFrom(law.account).length > before, patient);
  },
);

step("S10: no log line holds a number, a text or an empty error", () => {
  const all = stage.lines.join("\n");
  expect(all).toMatch(/\[WA-INCOMING\] message biz=\S+ from=…/);
  expect(all).not.toContain("972501112233");
  expect(all).not.toContain("לקבוע תור");
  expect(all).not.toMatch(/\[WA-ERROR\] error\b/);
});
