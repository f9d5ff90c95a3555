/**
 * A process that carries WhatsApp as the product does: database, inbox, outbox, answers, sessions in threads. Started and
 * killed by the rows; tells its parent what it stored and when. The assistant is a stub, so that no model is measured.
 */
import type { Assistant } from "../../src/assistant/turn.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { BusinessId } from "../../src/base/ids.ts";
import { createLog } from "../../src/base/log.ts";
import type { Phone } from "../../src/base/phone.ts";
import type { DatabaseAddress } from "../../src/db/address.ts";
import { openDatabase } from "../../src/db/client.ts";
import { createBaileysProvider } from "../../src/whatsapp/baileys/provider.ts";
import { createWhatsApp } from "../../src/whatsapp/desk.ts";
import type { ChannelHost, WhatsAppProvider } from "../../src/whatsapp/provider.ts";

export interface CarrierSetup {
  address: DatabaseAddress;
  storageDir: string;
  socketUrl: string;
  threads: number;
  /** Answers every burst by its own words, at once. */
  answers: boolean;
}

export type CarrierLine =
  | { kind: "running" }
  /** `fromMs`: the main thread has it, journalled; `atMs`: it is in the database. Both since 1970. */
  | { kind: "stored"; providerId: string; fromMs: number; atMs: number }
  | { kind: "status"; biz: string; state: string; canSend: boolean };

const setup = JSON.parse(process.argv[2] ?? "{}") as CarrierSetup;
const tell = (line: CarrierLine): void => void process.send?.(line);
const wallMs = (): number => performance.timeOrigin + performance.now();
const log = createLog({
  level: "warn",
  format: "text",
  write: (line) => void process.stderr.write(`${line}\n`),
  instant: () => Temporal.Now.instant(),
});
const db = openDatabase({ address: setup.address, log });

/** The provider's hosts, told of what becomes durable. */
function watched(inner: WhatsAppProvider): WhatsAppProvider {
  const watch = (biz: string, host: ChannelHost): ChannelHost => ({
    async received(message) {
      const fromMs = wallMs();
      await host.received(message);
      tell({ kind: "stored", providerId: message.providerId, fromMs, atMs: wallMs() });
    },
    reported: (receipt) => host.reported(receipt),
    samePerson: (identities) => host.samePerson(identities),
    typed: (from, on) => host.typed(from, on),
    changed(status) {
      tell({ kind: "status", biz, state: status.state, canSend: status.canSend });
      host.changed(status);
    },
    resend: (providerId) => host.resend(providerId),
  });
  return { ...inner, channel: (businessId, host) => inner.channel(businessId, watch(businessId, host)) };
}

const provider = watched(
  createBaileysProvider({
    storageDir: setup.storageDir,
    socketUrl: setup.socketUrl,
    threadsMax: setup.threads,
    clock: systemClock,
    random: Math.random,
    log,
  }),
);
const echo: Assistant = { turn: async ({ text }) => ({ text: `הד: ${text}`, by: "rule", ended: false, usage: [] }) };
const whatsapp = createWhatsApp({
  db,
  clock: systemClock,
  log,
  random: () => 0, // the shortest of every human pause, so that it can be subtracted
  storageDir: setup.storageDir,
  owner: "bench",
  providers: { baileys: provider, twilio: provider },
  defaultProvider: "baileys",
  hasSender: false,
  assistant: setup.answers ? echo : null,
  transcriber: null,
  profileOf: (id: BusinessId) => ({
    ...{ id, name: "מספרת דנה", assistantName: "נועה", timezone: "Asia/Jerusalem", city: "תל אביב" },
    ...{ phones: ["+97235550100" as Phone], callPrompt: "", whatsappPrompt: "", whatsappGreeting: null, facts: "" },
    ...{ recordCalls: true, languages: ["he"], keywords: [] },
  }),
  isSpent: () => false,
  urlOf: () => null,
});
whatsapp.start();
tell({ kind: "running" });
process.on("SIGTERM", () => {
  void whatsapp
    .stop()
    .then(() => db.close())
    .then(() => process.exit(0));
});
