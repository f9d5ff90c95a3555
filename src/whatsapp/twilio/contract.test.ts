import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { type BusinessId, newId } from "../../base/ids.ts";
import { silentLog } from "../../base/log.ts";
import { TwilioAccount } from "../../sim/twilio/account.ts";
import { serveRestApi } from "../../sim/twilio/rest-api.ts";
import { createWebhookClient } from "../../sim/twilio/webhook-client.ts";
import { TwilioWhatsApp } from "../../sim/twilio/whatsapp.ts";
import { createTwilioMessaging } from "../../twilio/messages.ts";
import { createSignatureGate } from "../../twilio/signature.ts";
import { createWhatsAppWebhooks } from "../../twilio/whatsapp-webhooks.ts";
import type { Address, ChannelHost, WhatsAppChannel, WhatsAppProvider } from "../provider.ts";
import { type ContractWorld, providerContract } from "../testing/provider-contract.ts";
import { createTwilioProvider } from "./provider.ts";

setDefaultTimeout(60_000);

const customer: Address = { kind: "phone", value: "+972501112233" };

/** Our provider and webhooks on loopback, against the simulated account. */
function twilioStand() {
  const account = new TwilioAccount({ sid: `AC${"7".repeat(32)}`, authToken: "contract-token" });
  const whatsapp = new TwilioWhatsApp(account, systemClock);
  const rest = serveRestApi(account, systemClock, whatsapp);
  const folder = mkdtempSync(join(tmpdir(), "wa-twilio-"));
  const access = { accountSid: account.sid, authToken: account.authToken, apiBaseUrl: rest.baseUrl };
  const senders = new Map<BusinessId, string>();
  const hosts = new Map<string, ChannelHost>();
  const senderOf = (businessId: BusinessId): string => {
    const sender = senders.get(businessId) ?? `+9723555${1000 + senders.size}`;
    senders.set(businessId, sender);
    return sender;
  };
  const log = silentLog;
  const inner = createTwilioProvider({
    messaging: createTwilioMessaging({ ...access, fetch, clock: systemClock, log }),
    senderOf: async (businessId) => senderOf(businessId),
    statusCallback: (id) => `http://127.0.0.1:${server.port}/webhook/whatsapp/status?message=${id}`,
    clock: systemClock,
  });
  const provider: WhatsAppProvider = {
    ...inner,
    channel(businessId, host) {
      hosts.set(senderOf(businessId), host);
      return inner.channel(businessId, host);
    },
  };
  const webhooks = createWhatsAppWebhooks({
    gate: createSignatureGate({ ...access, publicBaseUrl: () => `http://127.0.0.1:${server.port}` }),
    spoolFolder: join(folder, "spool"),
    receive: async (to, message) => hosts.get(to)!.received(message),
    report: async (from, receipt) => hosts.get(from)!.reported(receipt),
    clock: systemClock,
    log,
  });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: webhooks.routes.fetch });
  whatsapp.product = `http://127.0.0.1:${server.port}`;
  whatsapp.webhooks = createWebhookClient(account, systemClock);
  webhooks.start();
  const close = async () => {
    await provider.close();
    await webhooks.stop();
    await Promise.all([server.stop(true), rest.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { account, whatsapp, provider, senderOf, close };
}

async function twilioWorld(): Promise<ContractWorld> {
  const { whatsapp, provider, senderOf, close } = twilioStand();
  const sent = (businessId: BusinessId) =>
    whatsapp.messages.filter(
      ({ from, direction }) => direction === "outbound-api" && from === `whatsapp:${senderOf(businessId)}`,
    );
  const writes = async (businessId: BusinessId, text: string) =>
    (await whatsapp.writes(customer.value, senderOf(businessId), text)).sid;
  return {
    provider,
    customer,
    open: async (businessId) => void (await writes(businessId, "פותח את החלון")),
    writes,
    async sendsFile(businessId, bytes) {
      const { record } = await whatsapp.sendsFile(customer.value, senderOf(businessId), {
        type: "application/pdf",
        bytes,
      });
      return record.form.MessageSid!;
    },
    sees: async (businessId) => sent(businessId).map(({ body }) => body),
    async reads(businessId) {
      for (const message of sent(businessId)) await whatsapp.report(message, "read");
    },
    async loseAnswers(_businessId, on) {
      whatsapp.loseAnswers = on ? 1 : 0;
    },
    cut: async () => {},
    asksAgain: null,
    close,
  };
}

providerContract("twilio", twilioWorld, {
  cut: "no connection is held",
  asks_again: "phones do not ask Twilio's customers",
  logout: "there is no device to unlink",
});

const stand = twilioStand();
afterAll(() => stand.close());

/** A channel that is open, with a host that keeps receipts. */
async function open(): Promise<{
  channel: WhatsAppChannel;
  receipts: { state: string; code: string | null }[];
  sender: string;
}> {
  const businessId = newId<BusinessId>();
  const receipts: { state: string; code: string | null }[] = [];
  const host = {
    received: async () => {},
    reported: async (receipt: { state: string; code: string | null }) => void receipts.push(receipt),
    samePerson: async () => {},
    typed() {},
    changed() {},
    resend: async () => null,
  } satisfies ChannelHost;
  const channel = stand.provider.channel(businessId, host);
  channel.connect();
  await Bun.sleep(0);
  return { channel, receipts, sender: stand.senderOf(businessId) };
}

const text = (body: string, to: Address = customer) => ({
  id: newId(),
  to,
  content: { kind: "text" as const, text: body },
  quoted: null,
});

const refusals: [asked: { status: number; code: number; retryAfterMs?: number }, told: object][] = [
  [
    { status: 429, code: 20_429 },
    { final: false, code: "rate_limited" },
  ],
  [
    { status: 429, code: 0, retryAfterMs: 7_000 },
    { final: false, code: "rate_limited", retryAfterMs: 7_000 },
  ],
  [
    { status: 400, code: 21_211 },
    { final: true, code: "not_on_whatsapp" },
  ],
  [
    { status: 400, code: 99_999 },
    { final: true, code: "provider_99999" },
  ],
];
test.each(refusals)("Twilio's %p is told as what it means for the outbox", async (refusal, told) => {
  const provider = createTwilioProvider({
    messaging: {
      hasAccount: true,
      create: async () => ({ kind: "refused", ...refusal }),
      find: async () => null,
      fetchMedia: async () => ({ bytes: 0 }),
    },
    senderOf: async () => "+97235550100",
    statusCallback: (id) => id,
    clock: systemClock,
  });
  const channel = provider.channel(newId<BusinessId>(), { changed() {} } as unknown as ChannelHost);
  channel.connect();
  await Bun.sleep(0);
  expect(await channel.send(text("שלום"))).toEqual({ kind: "refused", ...told } as never);
});

test("a customer outside the window and one without WhatsApp come back as failed receipts with their reasons", async () => {
  const { channel, receipts, sender } = await open();
  expect((await channel.send(text("אחרי יום"))).kind).toBe("accepted");
  stand.whatsapp.strangers.add("+972509999999");
  expect((await channel.send(text("לאיש", { kind: "phone", value: "+972509999999" }))).kind).toBe("accepted");
  for (let waits = 0; receipts.length < 2 && waits < 200; waits++) await Bun.sleep(10);
  expect(receipts.map(({ state, code }) => [state, code]).toSorted()).toEqual([
    ["failed", "not_on_whatsapp"],
    ["failed", "window_closed"],
  ]);
  expect(sender).toStartWith("+9723555");
});

test("a template goes by its Content SID with its variables, and nothing beside them", async () => {
  const { channel, sender } = await open();
  const content = { kind: "template" as const, templateId: "HXtemplate", variables: { "1": "דנה" } };
  expect((await channel.send({ id: newId(), to: customer, content, quoted: null })).kind).toBe("accepted");
  const form = stand.account.restRequests.findLast(({ form }) => form.From === `whatsapp:${sender}`)!.form;
  expect(Object.keys(form).toSorted()).toEqual(["ContentSid", "ContentVariables", "From", "StatusCallback", "To"]);
});

test("a template whose answer is lost is found among what was sent, not sent again", async () => {
  const { channel, sender } = await open();
  await stand.whatsapp.writes(customer.value, sender, "שלום");
  stand.whatsapp.loseAnswers = 1;
  const content = { kind: "template" as const, templateId: "HXlost", variables: { "1": "תספורת" } };
  expect((await channel.send({ id: newId(), to: customer, content, quoted: null })).kind).toBe("accepted");
  const asked = stand.account.restRequests.filter(({ form }) => form.ContentSid === "HXlost");
  expect(asked).toHaveLength(1);
});

test("without an account or a sender the channel says so and sends nothing", async () => {
  const messaging = {
    hasAccount: false,
    create: async () => ({ kind: "unclear" as const, code: "x" }),
    find: async () => null,
    fetchMedia: async () => ({ bytes: 0 }),
  };
  const deps = { statusCallback: (id: string) => id, clock: systemClock };
  for (const [hasAccount, sender, reason] of [
    [false, "+97235550100", "no_account"],
    [true, null, "no_sender"],
  ] as const) {
    const provider = createTwilioProvider({
      ...deps,
      messaging: { ...messaging, hasAccount },
      senderOf: async () => sender,
    });
    const channel = provider.channel(newId<BusinessId>(), { changed() {} } as unknown as ChannelHost);
    channel.connect();
    await Bun.sleep(0);
    expect(channel.status()).toMatchObject({ state: "misconfigured", canSend: false, recovers: false, reason });
  }
});
