import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BusinessId, newId } from "../../../base/ids.ts";
import { silentLog } from "../../../base/log.ts";
import { createLeapingClock } from "../../../e2e/testing/leaping-clock.ts";
import { until } from "../../../e2e/testing/until.ts";
import type { Account } from "../../../sim/whatsapp/account.ts";
import { FakeWhatsApp } from "../../../sim/whatsapp/server.ts";
import type {
  Address,
  ChannelHost,
  ChannelStatus,
  IncomingMessage,
  OutgoingContent,
  Receipt,
  SendResult,
  WhatsAppChannel,
} from "../../provider.ts";
import type { Version } from "../protocol.ts";
import { createBaileysProvider } from "../provider.ts";

/** A host that remembers what it is told. */
export class RememberingHost implements ChannelHost {
  readonly messages: IncomingMessage[] = [];
  readonly receipts: Receipt[] = [];
  readonly statuses: ChannelStatus[] = [];
  readonly pairs: (readonly [Address, Address])[] = [];
  readonly ours = new Map<string, OutgoingContent>();
  async received(message: IncomingMessage): Promise<void> {
    this.messages.push(message);
  }
  async reported(receipt: Receipt): Promise<void> {
    this.receipts.push(receipt);
  }
  async samePerson(identities: readonly [Address, Address]): Promise<void> {
    this.pairs.push(identities);
  }
  typed(): void {}
  changed(status: ChannelStatus): void {
    this.statuses.push(status);
  }
  async resend(providerId: string): Promise<OutgoingContent | null> {
    return this.ours.get(providerId) ?? null;
  }
  get texts(): string[] {
    return this.messages.map(({ content }) => (content.kind === "text" ? content.text : `(${content.kind})`));
  }
  get states(): string[] {
    return this.statuses.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
  }
}

/** A business in the room: its channel, and its account at the fake WhatsApp. */
export interface Shop {
  id: BusinessId;
  host: RememberingHost;
  channel: WhatsAppChannel;
  account: Account;
  send(to: Address, text: string, id?: string): Promise<SendResult>;
  /** Waits for a state. */
  gets(state: ChannelStatus["state"]): Promise<ChannelStatus>;
}

export interface RoomOptions {
  threads?: number;
  /** Another entry of the threads, to misbehave. */
  entry?: URL;
}

/** The real client in threads, a fake WhatsApp, a clock that leaps over the waits between tries. */
export function openLinkRoom({ threads = 1, entry }: RoomOptions = {}) {
  const whatsapp = new FakeWhatsApp();
  const clock = createLeapingClock();
  /** What WhatsApp Web says its version is: null = it does not answer. */
  const web = { newest: null as Version | null, asked: 0 };
  const newestVersion = async () => {
    web.asked++;
    if (web.newest === null) throw new Error("no answer");
    return web.newest;
  };
  const storageDir = mkdtempSync(join(tmpdir(), "wa-link-"));
  const makeProvider = () =>
    createBaileysProvider({
      storageDir,
      socketUrl: whatsapp.url,
      threadsMax: threads,
      clock,
      random: () => 0.5,
      log: silentLog,
      newestVersion,
      ...(entry === undefined ? {} : { threadEntry: entry }),
    });
  const providers = [makeProvider()];
  let shops = 0;

  /** A business that nobody has connected yet. */
  const enter = (id = newId<BusinessId>(), account = whatsapp.account(`9723555${1_000 + shops++}`)): Shop => {
    const host = new RememberingHost();
    const channel = providers.at(-1)!.channel(id, host);
    return {
      id,
      host,
      channel,
      account,
      send: (to, text, messageId = newId()) =>
        channel.send({ id: messageId, to, content: { kind: "text", text }, quoted: null }),
      gets: (state) =>
        until(
          () => `the state ${state} (${channel.status().state}, ${channel.status().reason})`,
          () => (channel.status().state === state ? channel.status() : null),
        ),
    };
  };
  const link = async (shop: Shop): Promise<Shop> => {
    shop.channel.connect();
    const { text } = await until("a QR code", () => shop.channel.status().qr);
    whatsapp.scan(shop.account, text);
    await until("an open channel", () => shop.channel.status().canSend && shop.account.isOpen);
    return shop;
  };
  return {
    whatsapp,
    web,
    clock,
    storageDir,
    enter,
    link,
    /** A business that is linked and open. */
    openShop: () => link(enter()),
    /** Another process on the same storage, as far as logins go. */
    secondProcess: () => void providers.push(makeProvider()),
    provider: () => providers.at(-1)!,
    async close() {
      await Promise.all(providers.map((provider) => provider.close()));
      await whatsapp.stop();
      rmSync(storageDir, { recursive: true, force: true });
    },
  };
}

export type LinkRoom = ReturnType<typeof openLinkRoom>;
