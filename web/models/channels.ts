import type { InferRequestType, InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { withPassword } from "../confirm-password.ts";
import { resource } from "../resource.ts";

const { numbers, whatsapp } = api;

export type Session = InferResponseType<typeof whatsapp.status.$get, 200>;
export type WhatsappSettings = InferResponseType<typeof whatsapp.settings.$get, 200>;
type WhatsappChange = InferRequestType<typeof whatsapp.settings.$patch>["json"];

/** The link to WhatsApp: its state, QR and pairing code, as they change. */
export const session = resource<Session>(
  async (signal) => (await whatsapp.status.$get({}, { init: { signal } })).json(),
  ["whatsapp"],
);

export async function connect(): Promise<void> {
  const now = await (await whatsapp.connect.$post()).json();
  session.patch(() => now);
}

export async function disconnect(): Promise<void> {
  await whatsapp.disconnect.$post();
  await session.reload();
}

export async function unlink(): Promise<void> {
  await withPassword(() => whatsapp.logout.$post());
  await session.reload();
}

/** A code to type on the phone, instead of scanning. @throws ApiError */
export async function pairingCode(phone: string): Promise<void> {
  await whatsapp["pairing-code"].$post({ json: { phone } });
  await session.reload();
}

export const whatsappSettings = resource<WhatsappSettings>(
  async (signal) => (await whatsapp.settings.$get({}, { init: { signal } })).json(),
  ["whatsapp", "settings"],
);

export async function saveWhatsapp(change: Partial<WhatsappSettings>): Promise<void> {
  const { providerInForce, ...rest } = change;
  const json = (providerInForce === undefined ? rest : { ...rest, provider: providerInForce }) as WhatsappChange;
  const saved = await (await whatsapp.settings.$patch({ json })).json();
  whatsappSettings.patch(() => saved);
}

const number = numbers[":phone"];

export type NumberChecked = InferResponseType<typeof number.check.$get, 200>;
export type NumberCheck = NumberChecked["checks"][number];

/** Asks Twilio and our own address whether calls to the number come here. @throws ApiError */
export const checkNumber = async (phone: string): Promise<NumberChecked> =>
  (await number.check.$get({ param: { phone } })).json();

/** Points the number here at Twilio, and looks again. @throws ApiError */
export const connectNumber = async (phone: string): Promise<NumberChecked> =>
  (await number.connect.$post({ param: { phone } })).json();
