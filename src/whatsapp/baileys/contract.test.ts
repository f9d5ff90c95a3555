import { setDefaultTimeout } from "bun:test";
import type { BusinessId } from "../../base/ids.ts";
import { until } from "../../e2e/testing/until.ts";
import type { Account } from "../../sim/whatsapp/account.ts";
import type { Address } from "../provider.ts";
import { type ContractWorld, providerContract } from "../testing/provider-contract.ts";
import { openLinkRoom } from "./testing/link-room.ts";

setDefaultTimeout(60_000);

// The real client in its threads, against a server that speaks WhatsApp's wire.
async function baileysOnFakeWire(): Promise<ContractWorld> {
  const room = openLinkRoom({ threads: 2 });
  const { whatsapp, clock } = room;
  const dana = whatsapp.person("972501112233", "דנה");
  const customer: Address = { kind: "lid", value: dana.lid };
  const accounts = new Map<BusinessId, Account>();
  const of = (businessId: BusinessId) => accounts.get(businessId)!;
  return {
    provider: room.provider(),
    customer,
    async open(businessId, channel) {
      if (accounts.has(businessId)) return clock.leap(6_000); // the first wait after a cut
      const account = whatsapp.account(`9723555${1_000 + accounts.size}`);
      accounts.set(businessId, account);
      const { text } = await until("a QR code", () => channel.status().qr);
      whatsapp.scan(account, text);
    },
    writes: (businessId, text) => dana.write(of(businessId), text),
    async sendsFile(businessId, content) {
      const stored = whatsapp.media.store("document", content);
      return dana.write(of(businessId), { documentMessage: { ...stored, mimetype: "application/pdf" } });
    },
    sees: async (businessId) => dana.textsFrom(of(businessId)),
    reads: async (businessId) => dana.readAll(of(businessId)),
    async loseAnswers(businessId, on) {
      const account = of(businessId);
      account.faults.always = on ? "ack_lost" : "none";
      const before = account.handed.length;
      if (on) void until("the message", () => account.handed.length > before).then(() => clock.leap(31_000));
    },
    cut: async (businessId) => of(businessId).resetLinks(),
    asksAgain: async (businessId, providerId) => dana.askAgain(of(businessId), providerId),
    close: room.close,
  };
}

providerContract("baileys", baileysOnFakeWire);
