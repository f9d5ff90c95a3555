import { Browser } from "../../app/testing/browser.ts";
import { addPerson, password } from "../../app/testing/people.ts";
import type { BusinessId } from "../../base/ids.ts";
import type { Phone } from "../../base/phone.ts";
import type { Account } from "../../sim/whatsapp/account.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

interface Page<T> {
  items: T[];
  next: string | null;
}

export interface SeenChat {
  id: string;
  phone: string | null;
  customerName: string | null;
  lastText: string;
}

export interface SeenMessage {
  author: string;
  text: string;
  state: string | null;
}

/** One business on a stage with its WhatsApp, as its owner steers it over HTTP. */
export interface WhatsAppShop {
  businessId: BusinessId;
  account: Account;
  owner: Browser;
  get<T>(path: string): Promise<T>;
  chats(): Promise<SeenChat[]>;
  messages(chatId: string): Promise<SeenMessage[]>;
  /** Meetings of the coming two weeks. */
  meetings(): Promise<{ status: string }[]>;
  /** Titles behind the bell. */
  bell(): Promise<string[]>;
  /** Connects, scans the QR that the API shows, and waits until the session can send. */
  link(): Promise<void>;
}

/** Adds a business with an owner who is logged in. `number`: its number, in digits. */
export async function openWhatsAppShop(stage: Stage, name: string, number: string): Promise<WhatsAppShop> {
  const businessId = await stage.addBusiness({ name, phone: `+${number}` as Phone });
  const account = stage.world.whatsapp.account(number, name);
  const request = (path: string, init?: RequestInit) => fetch(`${stage.listensAt}${path}`, init ?? {});
  const owner = new Browser({ request }, stage.url);
  await owner.login((await addPerson(stage.db, "owner", businessId)).email, password);
  const get = async <T>(path: string): Promise<T> => (await owner.ask<T>(path)).body;
  return {
    businessId,
    account,
    owner,
    get,
    chats: async () => (await get<Page<SeenChat>>("/api/whatsapp/conversations")).items,
    messages: async (chatId) =>
      (await get<Page<SeenMessage>>(`/api/whatsapp/conversations/${chatId}/messages`)).items.toReversed(),
    async meetings() {
      const today = Temporal.Now.plainDateISO();
      return (await get<Page<{ status: string }>>(`/api/calendar/meetings?from=${today}&to=${today.add({ days: 14 })}`))
        .items;
    },
    bell: async () => (await get<Page<{ title: string }>>("/api/notifications")).items.map(({ title }) => title),
    async link() {
      await owner.ask("/api/whatsapp/connect", { body: {} });
      const shown = () => get<{ qr: { text: string } | null }>("/api/whatsapp/qr");
      const qr = await until(`the QR of ${name}`, async () => (await shown()).qr, 60_000);
      stage.world.whatsapp.scan(account, qr.text);
      const canSend = async () => (await get<{ canSend: boolean }>("/api/whatsapp/status")).canSend;
      await until(`${name} linked`, canSend, 60_000);
    },
  };
}
