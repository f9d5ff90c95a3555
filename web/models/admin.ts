import type { InferRequestType, InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { resource, resourceBy } from "../resource.ts";
import { zone } from "../session.ts";
import type { Usage } from "./reports.ts";

const { admin } = api;

export type Office = InferResponseType<typeof admin.businesses.$get, 200>["items"][number];
export type Health = InferResponseType<typeof admin.health.$get, 200>;
export type NewOffice = InferRequestType<typeof admin.businesses.$post>["json"];

/** By the text that is looked for. */
export const officesBy = resourceBy<{ items: Office[]; next: string | null }>(async (text, signal) => {
  const query = { limit: "200", ...(text === "" ? {} : { text }) };
  return (await admin.businesses.$get({ query }, { init: { signal } })).json();
});

/** Opens a business. With it the link by which its owner comes in, when one was named. */
export async function openOffice(office: NewOffice): Promise<{ businessId: string; link: string | null }> {
  const { businessId, invitation } = await (await admin.businesses.$post({ json: office })).json();
  return { businessId, link: invitation?.link ?? null };
}

export async function setOfficeStatus(id: string, status: "active" | "suspended"): Promise<void> {
  await admin.businesses[":id"].status.$post({ param: { id }, json: { status } });
  await officesBy("").reload();
}

export const health = resource<Health>(async (signal) => (await admin.health.$get({}, { init: { signal } })).json());

export const adminUsageBy = resourceBy<Usage>(async (key, signal) => {
  const [from = "", to = ""] = key.split(" ");
  return (await admin.usage.$get({ query: { from, to, zone: zone.value } }, { init: { signal } })).json();
});
