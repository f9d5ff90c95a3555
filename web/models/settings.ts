import type { InferRequestType, InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { withPassword } from "../confirm-password.ts";
import { resource } from "../resource.ts";
import { resourceList } from "./calendar.ts";

const { business, erasures, hours, keys, numbers, resources, team, webhooks } = api;

export type Business = InferResponseType<typeof business.$get, 200>;
type BusinessChange = InferRequestType<typeof business.$patch>["json"];
export type Opening = InferResponseType<typeof hours.$get, 200>;
export type Rules = Opening["rules"];
export type Member = InferResponseType<typeof team.$get, 200>["items"][number];
export type ApiKey = InferResponseType<typeof keys.$get, 200>["items"][number];

export const businessData = resource<Business>(
  async (signal) => (await business.$get({}, { init: { signal } })).json(),
  ["settings", "business"],
);

export async function saveBusiness({ name, city, timezone, languages }: Partial<Business>): Promise<void> {
  const json = { name, city, timezone, languages } as BusinessChange;
  const saved = await (await business.$patch({ json })).json();
  businessData.patch(() => saved);
}

export const numberList = resource<InferResponseType<typeof numbers.$get, 200>>(
  async (signal) => (await numbers.$get({}, { init: { signal } })).json(),
  ["number"],
);

export async function addNumber(phone: string): Promise<void> {
  await numbers.$post({ json: { phone } });
  await numberList.reload();
}

export async function removeNumber(phone: string): Promise<void> {
  await withPassword(() => numbers[":phone"].$delete({ param: { phone } }));
  await numberList.reload();
}

/** When the business can be booked. */
export const opening = resource<Opening>(
  async (signal) => (await hours.$get({ query: {} }, { init: { signal } })).json(),
  ["settings", "hours"],
);

/** ISO weekday 1..7 with its windows. */
export interface Window {
  weekday: number;
  fromMinute: number;
  toMinute: number;
}

/** The usual week of the business, or of one calendar; no windows = the calendar keeps the business's again. */
export async function saveWeek(windows: Window[], resourceId: string | null): Promise<void> {
  const saved = await (await hours.week.$put({ json: { windows, resourceId } })).json();
  opening.patch(() => saved);
}

export async function saveRules(change: Partial<Rules>): Promise<void> {
  const saved = await (await hours.rules.$patch({ json: change })).json();
  opening.patch(() => saved);
}

/** Closes one date, for everybody or on one calendar. */
export async function closeDate(date: string, resourceId: string | null): Promise<void> {
  const json = { windows: [], resourceId };
  const saved = await (await hours.days[":date"].$put({ param: { date }, json })).json();
  opening.patch(() => saved);
}

export async function clearDate(date: string, resourceId: string | null): Promise<void> {
  const query = resourceId === null ? {} : { resourceId };
  const saved = await (await hours.days[":date"].$delete({ param: { date }, query })).json();
  opening.patch(() => saved);
}

export async function addCalendar(name: string): Promise<void> {
  await resources.$post({ json: { name } });
  await resourceList.reload();
}

/** Changes what is otherwise by now. @throws ApiError "invalid" at `active` for the last one that can be booked. */
export async function changeCalendar(
  of: { id: string; name: string; active: boolean },
  { name, active }: { name: string; active: boolean },
): Promise<void> {
  const json = { ...(name === of.name ? {} : { name }), ...(active === of.active ? {} : { active }) };
  if (Object.keys(json).length > 0) await resources[":id"].$patch({ param: { id: of.id }, json });
  await resourceList.reload();
}

/** @throws ApiError "taken" when meetings stand there, or did. */
export async function removeCalendar(id: string): Promise<void> {
  await resources[":id"].$delete({ param: { id } });
  await resourceList.reload();
}

export const teamList = resource<{ items: Member[] }>(async (signal) =>
  (await team.$get({}, { init: { signal } })).json(),
);

/** The link that the new person chooses a password by: we send no mail. */
export async function inviteMember(person: InferRequestType<typeof team.$post>["json"]): Promise<string> {
  const { link } = await (await team.$post({ json: person })).json();
  await teamList.reload();
  return link;
}

export async function newLink(id: string): Promise<string> {
  return (await (await team[":id"].link.$post({ param: { id } })).json()).link;
}

export async function removeMember(id: string): Promise<void> {
  await team[":id"].$delete({ param: { id } });
  await teamList.reload();
}

export const keyList = resource<{ items: ApiKey[] }>(async (signal) =>
  (await keys.$get({}, { init: { signal } })).json(),
);

/** The key itself: it is shown this once. */
export async function makeKey(name: string, scope: "read" | "write"): Promise<string> {
  const { key } = await (await keys.$post({ json: { name, scope } })).json();
  await keyList.reload();
  return key;
}

export async function revokeKey(id: string): Promise<void> {
  await keys[":id"].$delete({ param: { id } });
  await keyList.reload();
}

export const webhookList = resource<InferResponseType<typeof webhooks.$get, 200>>(async (signal) =>
  (await webhooks.$get({}, { init: { signal } })).json(),
);

/** Tells this address of every event; the secret by which it knows us. */
export async function addWebhook(url: string): Promise<string> {
  const events = webhookList.data.value?.events ?? [];
  const { secret } = await (await webhooks.$post({ json: { url, events: [...events] } })).json();
  await webhookList.reload();
  return secret;
}

export async function testWebhook(id: string): Promise<void> {
  await webhooks[":id"].test.$post({ param: { id } });
}

/** What waits for an address that is switched off is not sent any more. */
export async function switchWebhook(id: string, active: boolean): Promise<void> {
  await webhooks[":id"].$patch({ param: { id }, json: { active } });
  await webhookList.reload();
}

export async function removeWebhook(id: string): Promise<void> {
  await webhooks[":id"].$delete({ param: { id } });
  await webhookList.reload();
}

/** Proofs of erasures, newest first. */
export const erasureList = resource<InferResponseType<typeof erasures.$get, 200>>(
  async (signal) => (await erasures.$get({ query: {} }, { init: { signal } })).json(),
  ["customer"],
);
