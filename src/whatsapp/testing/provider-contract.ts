import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BusinessId, newId } from "../../base/ids.ts";
import { until } from "../../e2e/testing/until.ts";
import type {
  Address,
  ChannelHost,
  ChannelStatus,
  IncomingMessage,
  OutgoingContent,
  Receipt,
  WhatsAppChannel,
  WhatsAppProvider,
} from "../provider.ts";

/** One provider and the network behind it, as the contract drives them. */
export interface ContractWorld {
  provider: WhatsAppProvider;
  /** Somebody who can be written to. */
  customer: Address;
  /** Brings a channel to `open`, linking it where that is needed. */
  open(businessId: BusinessId, channel: WhatsAppChannel): Promise<void>;
  /** The customer writes to the business; the network's id of the message. */
  writes(businessId: BusinessId, text: string): Promise<string>;
  /** The customer sends a file; the network's id of the message. */
  sendsFile(businessId: BusinessId, content: Uint8Array): Promise<string>;
  /** Texts on the customer's screen from this business, in order. */
  sees(businessId: BusinessId): Promise<string[]>;
  /** The customer's phone reports: everything seen so far was read. */
  reads(businessId: BusinessId): Promise<void>;
  /** From now on the network takes messages, or silently loses its answers. */
  loseAnswers(businessId: BusinessId, on: boolean): Promise<void>;
  /** Cuts the connection; the provider may come back by itself. */
  cut(businessId: BusinessId): Promise<void>;
  /** The network's phone asks again for a message that it could not read. Null = this network never does. */
  asksAgain: ((businessId: BusinessId, providerId: string) => Promise<void>) | null;
  close(): Promise<void>;
}

/** Rules of the port that cannot hold for a provider, each with the reason. */
export type ContractSkips = Partial<Record<"logout" | "cut" | "asks_again" | "lost_answers", string>>;

/** A host that keeps what it is told; refuses to store while `refusing` is above 0. */
class ScriptedHost implements ChannelHost {
  readonly messages: IncomingMessage[] = [];
  readonly receipts: Receipt[] = [];
  readonly statuses: ChannelStatus[] = [];
  readonly sent = new Map<string, OutgoingContent>();
  refusing = 0;

  async received(message: IncomingMessage): Promise<void> {
    if (this.refusing > 0) {
      this.refusing--;
      throw new Error("not durable");
    }
    this.messages.push(message);
  }

  async reported(receipt: Receipt): Promise<void> {
    this.receipts.push(receipt);
  }

  async samePerson(): Promise<void> {}
  typed(): void {}

  changed(status: ChannelStatus): void {
    this.statuses.push(status);
  }

  async resend(providerId: string): Promise<OutgoingContent | null> {
    return this.sent.get(providerId) ?? null;
  }
}

/** What every provider has to do, run against each (`*.test.ts` beside the provider). */
export function providerContract(name: string, make: () => Promise<ContractWorld>, skip: ContractSkips = {}): void {
  describe(`provider contract: ${name}`, () => {
    let world: ContractWorld;
    let folder: string;
    beforeAll(async () => {
      world = await make();
      folder = mkdtempSync(join(tmpdir(), "wa-contract-"));
    });
    afterAll(async () => {
      await world?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const enter = async () => {
      const businessId = newId<BusinessId>();
      const host = new ScriptedHost();
      const channel = world.provider.channel(businessId, host);
      expect(channel.status()).toMatchObject({ state: "off", connected: false, canSend: false });
      channel.connect();
      await world.open(businessId, channel);
      await until("the channel open", () => channel.status().canSend);
      const send = (text: string, id = newId()) =>
        channel.send({ id, to: world.customer, content: { kind: "text", text }, quoted: null });
      return { businessId, host, channel, send };
    };

    test("connects, tells of it, and is the same channel when asked for again", async () => {
      const { businessId, host, channel } = await enter();
      expect(channel.status()).toMatchObject({ state: "open", connected: true, canSend: true, recovers: true });
      expect(host.statuses.at(-1)).toMatchObject({ state: "open" });
      expect(world.provider.channel(businessId, host)).toBe(channel);
      await world.provider.alive();
    });

    test("a message that could not be stored is handed over again, one that was stored is not", async () => {
      const { businessId, host } = await enter();
      host.refusing = 2;
      const id = await world.writes(businessId, "שלום");
      const message = await until("the message", () => host.messages.find(({ providerId }) => providerId === id));
      expect(message).toMatchObject({ fromMe: false, content: { kind: "text", text: "שלום" } });
      expect(message.chat).toEqual({ kind: "person", address: world.customer });
      await world.writes(businessId, "עוד");
      await until("the next one", () =>
        host.messages.some(({ content }) => content.kind === "text" && content.text === "עוד"),
      );
      expect(host.messages.filter(({ providerId }) => providerId === id)).toHaveLength(1);
    });

    test("what is sent arrives in order, and receipts tell of it", async () => {
      const { businessId, host, send } = await enter();
      for (const text of ["א", "ב", "ג"]) expect(await send(text)).toMatchObject({ kind: "accepted" });
      const result = await send("ד");
      expect(await world.sees(businessId)).toEqual(["א", "ב", "ג", "ד"]);
      await world.reads(businessId);
      const providerId = result.kind === "accepted" ? result.providerId : "";
      await until("read", () =>
        host.receipts.some((receipt) => receipt.providerId === providerId && receipt.state === "read"),
      );
    });

    test("the network id is the one that was foretold", async () => {
      const { send } = await enter();
      const id = newId();
      const foretold = world.provider.networkId(id);
      const result = await send("שלום", id);
      if (foretold !== null) expect(result).toEqual({ kind: "accepted", providerId: foretold });
    });

    test.skipIf(skip.lost_answers !== undefined)("a lost answer is unknown, and a repeat is shown once", async () => {
      const { businessId, send } = await enter();
      await world.loseAnswers(businessId, true);
      const id = newId();
      const lost = await send("פעם אחת", id);
      expect(["unknown", "accepted"]).toContain(lost.kind); // accepted: the provider asked the network
      await world.loseAnswers(businessId, false);
      if (lost.kind === "unknown" && lost.repeatable) {
        await until("sent", async () => (await send("פעם אחת", id)).kind === "accepted");
      }
      expect(await world.sees(businessId)).toEqual(["פעם אחת"]);
    });

    test("off, it refuses at once and takes nothing", async () => {
      const { businessId, channel, send } = await enter();
      await channel.disconnect();
      expect(channel.status()).toMatchObject({ connected: false, canSend: false });
      expect(await send("לא")).toMatchObject({ kind: "refused", final: false });
      expect(await world.sees(businessId)).toEqual([]);
    });

    test.skipIf(skip.cut !== undefined)("a cut is told, and what is written meanwhile comes as offline", async () => {
      const { businessId, host, channel } = await enter();
      await world.cut(businessId);
      await until("the cut", () => host.statuses.some(({ connected, state }) => !connected && state === "waiting"));
      const id = await world.writes(businessId, "בזמן הניתוק");
      await world.open(businessId, channel);
      await until("the message", () => host.messages.some(({ providerId }) => providerId === id));
      expect(host.messages.find(({ providerId }) => providerId === id)?.offline).toBe(true);
    });

    test("a file is brought home whole, and one over the limit not at all", async () => {
      const { businessId, host, channel } = await enter();
      const content = crypto.getRandomValues(new Uint8Array(5_000));
      const id = await world.sendsFile(businessId, content);
      const message = await until("the file", () => host.messages.find(({ providerId }) => providerId === id));
      const media = "media" in message.content ? message.content.media : null;
      if (media === null) throw new Error("no file in the message");
      const file = join(folder, newId());
      expect(channel.download(media, { file, bytesMax: 4_999 })).rejects.toMatchObject({ code: "too_large" });
      expect(await Bun.file(file).exists()).toBe(false);
      expect(await channel.download(media, { file, bytesMax: 5_000 })).toEqual({ bytes: 5_000 });
      expect(new Uint8Array(await Bun.file(file).arrayBuffer())).toEqual(content);
    });

    test.skipIf(skip.asks_again !== undefined)(
      "a phone that could not read asks again and gets the same message",
      async () => {
        const { businessId, host, send } = await enter();
        const id = newId();
        await send("תור מחר", id);
        const providerId = world.provider.networkId(id) ?? "";
        host.sent.set(providerId, { kind: "text", text: "תור מחר" });
        await world.asksAgain?.(businessId, providerId);
        await until("still one", async () => (await world.sees(businessId)).length === 1);
      },
    );

    test.skipIf(skip.logout !== undefined)("a logout is final until somebody connects anew", async () => {
      const { channel } = await enter();
      await channel.logout();
      expect(channel.status()).toMatchObject({ connected: false, canSend: false, recovers: false });
      channel.connect();
      await until("asked to link again", () => channel.status().state === "needs_link");
    });
  });
}
