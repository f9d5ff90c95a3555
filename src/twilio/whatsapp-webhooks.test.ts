import { afterEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { until } from "../e2e/testing/until.ts";
import { signRequest } from "../sim/twilio/signature.ts";
import type { IncomingMessage, Receipt } from "../whatsapp/provider.ts";
import { createSignatureGate } from "./signature.ts";
import { createWhatsAppWebhooks } from "./whatsapp-webhooks.ts";

const accountSid = `AC${"1".repeat(32)}`;
const authToken = "webhook-token";
const base = "https://shop.example";
const sid = `SM${"a".repeat(32)}`;
const incoming = {
  AccountSid: accountSid,
  MessageSid: sid,
  From: "whatsapp:+972501112233",
  To: "whatsapp:+97235550100",
  Body: "שלום",
  NumMedia: "0",
};
const status = { ...incoming, From: "whatsapp:+97235550100", To: "whatsapp:+972501112233", MessageStatus: "delivered" };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** The webhooks over a taker that can be slow or refuse. */
function edge(folder = mkdtempSync(join(tmpdir(), "wa-webhooks-"))) {
  const taken: { to: string; message?: IncomingMessage; receipt?: Receipt }[] = [];
  const state = {
    mode: "quick" as "quick" | "slow" | "down" | "stuck",
    asked: 0,
    unstuck: Promise.withResolvers<void>(),
  };
  const take = async (what: (typeof taken)[number]) => {
    state.asked++;
    if (state.mode === "stuck") await state.unstuck.promise;
    if (state.mode === "down") throw new Error("the database is away");
    if (state.mode === "slow") await Bun.sleep(300);
    taken.push(what);
  };
  const spoolFolder = join(folder, "spool");
  const webhooks = createWhatsAppWebhooks({
    gate: createSignatureGate({ accountSid, authToken, publicBaseUrl: () => base }),
    spoolFolder,
    receive: (to, message) => take({ to, message }),
    report: (to, receipt) => take({ to, receipt }),
    clock: systemClock,
    log: silentLog,
  });
  webhooks.start();
  cleanUps.push(
    () => webhooks.stop(),
    () => rmSync(folder, { recursive: true, force: true }),
  );
  const post = async (path: string, form: Record<string, string>, signature?: string) =>
    webhooks.routes.request(path, {
      method: "POST",
      body: new URLSearchParams(form).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": signature ?? signRequest(authToken, `${base}${path}`, form),
      },
    });
  const kept = () => readdirSync(spoolFolder, { withFileTypes: true }).map(({ name }) => name);
  return { state, taken, post, kept, spoolFolder, folder, webhooks };
}

test("a message is stored and answered with 200, a status with 204", async () => {
  const { taken, post } = edge();
  expect((await post("/webhook/whatsapp/incoming", incoming)).status).toBe(200);
  const id = "0199e0a0-0000-7000-8000-000000000001";
  expect((await post(`/webhook/whatsapp/status?message=${id}`, status)).status).toBe(204);
  expect(taken[0]).toMatchObject({ to: "+97235550100", message: { providerId: sid, content: { text: "שלום" } } });
  expect(taken[1]).toMatchObject({ receipt: { state: "delivered", messageId: id } });
});

test.each([
  ["none", ""],
  ["another", "AAAA"],
])("with %s signature it is 403 and nothing is taken", async (_what, signature) => {
  const { taken, post } = edge();
  for (const path of ["/webhook/whatsapp/incoming", "/webhook/whatsapp/status"])
    expect((await post(path, incoming, signature)).status).toBe(403);
  expect(taken).toEqual([]);
});

test("of another account it is 403", async () => {
  const { post } = edge();
  expect((await post("/webhook/whatsapp/incoming", { ...incoming, AccountSid: `AC${"2".repeat(32)}` })).status).toBe(
    403,
  );
});

test("with the database slow or away it is acknowledged from the disk, and stored when the database is back", async () => {
  const { state, taken, post, kept } = edge();
  state.mode = "down";
  expect((await post("/webhook/whatsapp/incoming", incoming)).status).toBe(200);
  expect((await post("/webhook/whatsapp/status", status)).status).toBe(204);
  expect(kept()).toHaveLength(2);
  state.mode = "slow";
  await until("both", () => taken.length === 2);
  expect(taken[0]?.message?.providerId).toBe(sid);
  await until("an empty folder", () => kept().length === 0);
});

test("webhooks queued up behind a database that stood still: the first few ask it, the others go to the disk at once", async () => {
  const { state, taken, post, kept } = edge();
  state.mode = "stuck";
  const sids = Array.from({ length: 12 }, (_, n) => `SM${String(n).padStart(32, "0")}`);
  for (const MessageSid of sids)
    expect((await post("/webhook/whatsapp/incoming", { ...incoming, MessageSid })).status).toBe(200);
  expect(state.asked).toBeLessThan(5); // three webhooks, and the one that empties the disk
  state.mode = "quick";
  state.unstuck.resolve();
  await until("an empty folder", () => kept().length === 0);
  expect([...new Set(taken.map(({ message }) => message?.providerId))].toSorted()).toEqual(sids);
});

test("what an earlier process acknowledged is stored by the next one", async () => {
  const first = edge();
  first.state.mode = "down";
  await first.post("/webhook/whatsapp/incoming", incoming);
  await first.webhooks.stop();
  writeFileSync(join(first.spoolFolder, "0.json.half"), "half a file of a killed process");
  const next = edge(first.folder);
  await until("the message", () => next.taken.length === 1);
});

test("when the disk refuses as well, it is not acknowledged", async () => {
  const { state, post, spoolFolder } = edge();
  state.mode = "down";
  await until("the folder", () => readdirSync(join(spoolFolder, "..")).length === 1);
  rmSync(spoolFolder, { recursive: true });
  writeFileSync(spoolFolder, "no folder");
  chmodSync(spoolFolder, 0o600);
  expect((await post("/webhook/whatsapp/incoming", incoming)).status).toBe(503);
});

test("a text of 70,000 letters is taken; a body without bounds is not", async () => {
  const { taken, post } = edge();
  expect((await post("/webhook/whatsapp/incoming", { ...incoming, Body: "ש".repeat(70_000) })).status).toBe(200);
  expect(taken).toHaveLength(1);
  expect((await post("/webhook/whatsapp/incoming", { ...incoming, Body: "ש".repeat(500_000) })).status).toBe(413);
});
