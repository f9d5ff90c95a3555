import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { Phone } from "../base/phone.ts";
import { withSystem } from "../db/tenant.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";
import { ringing, signedPost } from "./testing/wire.ts";

// S5, K4: every field that takes an address gets those of our own network, and the provider's own API answers everything
// with a redirect inward. Nothing may arrive at the canary on loopback, however its address is written.
setDefaultTimeout(120_000);
const phone = "+97235550100" as Phone;
let canary: Bun.Server<undefined>;
let fakeTwilio: Bun.Server<undefined>;
let stage: Stage;
let owner: Browser;
const arrived: string[] = [];
const askedOfTwilio: string[] = [];

beforeAll(async () => {
  canary = Bun.serve({
    port: 0,
    fetch(request) {
      arrived.push(request.url);
      return new Response("secret");
    },
  });
  fakeTwilio = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      askedOfTwilio.push(new URL(request.url).pathname);
      return new Response(null, { status: 307, headers: { location: addresses()[askedOfTwilio.length % 4]! } });
    },
  });
  const environment = {
    TWILIO_API_BASE_URL: `http://127.0.0.1:${fakeTwilio.port}`,
    WHATSAPP_PROVIDER: "twilio",
    TWILIO_WHATSAPP_NUMBER: phone,
  };
  stage = await openStage({ environment });
  const businessId = await stage.addBusiness({ name: "מספרה", phone, greeting: "שלום." });
  owner = new Browser({ request: (path, init) => fetch(`${stage.listensAt}${path}`, init ?? {}) }, stage.url);
  await owner.login((await addPerson(stage.db, "owner", businessId)).email, password);
});
afterAll(async () => {
  await stage.stop();
  await Promise.all([canary.stop(true), fakeTwilio.stop(true)]);
});

/** The canary, by every way of writing it, and other places where nobody outside should send us. */
const addresses = (): string[] => [
  ...["127.0.0.1", "localhost", "127.1", "2130706433"].map((host) => `http://${host}:${canary.port}/x`),
  ...["0177.0.0.1", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::]"].map(
    (host) => `http://${host}:${canary.port}/x`,
  ),
  ...["127.0.0.1", "localhost", "[::1]", "localtest.me"].map((host) => `https://${host}:${canary.port}/x`),
  `http://api.twilio.com@127.0.0.1:${canary.port}/x`,
  `https://api.twilio.com.localhost:${canary.port}/x`,
  `//127.0.0.1:${canary.port}/x`,
  ...[
    "http://169.254.169.254/latest/meta-data",
    "http://[fd00:ec2::254]/latest",
    "http://10.0.0.1/",
    "https://192.168.1.1/",
  ],
  ...[
    "file:///etc/hostname",
    "gopher://127.0.0.1:25/",
    "data:text/plain,x",
    "ftp://127.0.0.1/",
    "unix:/var/run/x",
    "s3://x/y",
    "",
  ],
];

const count = (table: "recordings" | "messages" | "webhooks" | "push_subscriptions") =>
  withSystem(stage.db, async (tx) => {
    const [row] = await tx.execute<{ rows: number }>(sql`select count(*)::int as rows from ${sql.identifier(table)}`);
    return row!.rows;
  });

describe("S5: addresses of our own network", () => {
  test("as RecordingUrl and MediaUrl0, with a provider that redirects inward", async () => {
    for (const [index, url] of addresses().entries()) {
      const call = ringing(stage, { From: `+9725011${String(20_000 + index)}` });
      await signedPost(stage, "/webhook/incoming_call", call);
      const recorded = {
        RecordingSid: stage.world.account.newSid("RE"),
        RecordingUrl: url,
        RecordingStatus: "completed",
      };
      await signedPost(stage, "/webhook/handle_recording", {
        ...call,
        CallStatus: "completed",
        RecordingDuration: "3",
        ...recorded,
      });
      const media = { NumMedia: "1", MediaUrl0: url, MediaContentType0: "image/png", Body: "" };
      const from = { From: `whatsapp:+9725012${String(20_000 + index)}`, To: `whatsapp:${phone}` };
      const message = {
        AccountSid: stage.world.account.sid,
        MessageSid: stage.world.account.newSid("SM"),
        ...from,
        ...media,
      };
      await signedPost(stage, "/webhook/whatsapp/incoming", message);
    }
    const own = stage.world.account.newSid("SM");
    const file = `https://api.twilio.com/2010-04-01/Accounts/${stage.world.account.sid}/Messages/${own}/Media/${stage.world.account.newSid("ME")}`;
    const from = { From: "whatsapp:+972501399999", To: `whatsapp:${phone}`, AccountSid: stage.world.account.sid };
    const media = { NumMedia: "1", MediaUrl0: file, MediaContentType0: "image/png", Body: "" };
    await signedPost(stage, "/webhook/whatsapp/incoming", { ...from, ...media, MessageSid: own });
    await until(
      "every recording and message kept",
      async () => (await count("recordings")) >= addresses().length && (await count("messages")) > addresses().length,
    );
    // The files that have a place at the provider are asked for there, and the answer is not followed.
    await until(
      "a recording and a file asked for",
      () =>
        askedOfTwilio.some((path) => path.includes("/Recordings/")) &&
        askedOfTwilio.some((path) => path.includes("/Media/")),
    );
    expect(arrived).toEqual([]);
  });

  test("as the address of a webhook: refused; of a device: nothing is sent there", async () => {
    for (const url of addresses()) {
      const webhook = await owner.ask("/api/webhooks", { body: { url, events: ["lead.created"] } });
      expect({ url, status: webhook.status }).toEqual({ url, status: 422 });
      const keys = {
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth: "BTBZMqHH6r4Tts7J_aSIgg",
      };
      const device = await owner.ask("/api/push/devices", { body: { endpoint: url, ...keys, language: "he" } });
      // What is no https address is refused; where a name leads is looked at when something is sent there.
      if (device.status === 422) continue;
      expect(url).toStartWith("https://");
      await owner.ask("/api/push/test", { method: "POST" });
      await owner.ask("/api/push/devices/remove", { body: { endpoint: url } });
    }
    expect([await count("webhooks"), await count("push_subscriptions"), arrived]).toEqual([0, 0, []]);
  });
});
