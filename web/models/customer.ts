import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { withPassword } from "../confirm-password.ts";
import { toast } from "../parts/toasts.tsx";
import { resourceBy } from "../resource.ts";
import { customerWords } from "../strings/customer.he.ts";

const one = api.customers[":id"];

export type Customer = InferResponseType<typeof one.$get>;
type TimelinePage = InferResponseType<typeof one.timeline.$get>;
export type TimelineEntry = TimelinePage["items"][number];

/** One person with every number and the place among the leads. */
export const customer = resourceBy<Customer>(
  async (id, signal) => (await one.$get({ param: { id } }, { init: { signal } })).json(),
  ["customer", "lead", "lead_status"],
);

const firstPage = 60;

/** What happened with a customer, newest first: as much of it as was asked for. */
export const history = resourceBy<{ entries: readonly TimelineEntry[]; next: string | null }>(
  async (id, signal) => {
    const wanted = Math.max(firstPage, history(id).data.value?.entries.length ?? 0);
    const limit = String(Math.min(200, wanted));
    const page = await (await one.timeline.$get({ param: { id }, query: { limit } }, { init: { signal } })).json();
    return { entries: page.items, next: page.next };
  },
  ["customer", "conversation", "call", "meeting", "task", "lead"],
);

/** The next, older part of the history. @throws ApiError */
export async function loadOlder(id: string): Promise<void> {
  const cursor = history(id).data.value?.next;
  if (!cursor) return;
  const page = await (await one.timeline.$get({ param: { id }, query: { cursor, limit: String(firstPage) } })).json();
  history(id).patch(({ entries }) => ({ entries: [...entries, ...page.items], next: page.next }));
}

/** @throws ApiError */
export async function addNote(id: string, body: string): Promise<void> {
  await one.notes.$post({ param: { id }, json: { body } });
  toast(customerWords().noted);
  await history(id).reload();
}

/** @throws ApiError */
export async function rename(id: string, name: string): Promise<void> {
  await one.$patch({ param: { id }, json: { name } });
  toast(customerWords().renamed);
  await customer(id).reload();
}

/** Puts the lead away; the toast takes it back. @throws ApiError */
export async function archive(leadId: string, name: string): Promise<void> {
  const lead = { param: { id: leadId } };
  await api.leads[":id"].$delete(lead);
  toast(customerWords().archived(name), { undo: () => api.leads[":id"].restore.$post(lead) });
}

/** Downloads everything about a person (a ZIP). The browser fetches it itself, so the password is asked for before. @throws ApiError */
export async function exportPerson(id: string): Promise<void> {
  if ((await withPassword(() => api.auth.confirm.$get())) === null) return;
  location.assign(`/api/customers/${encodeURIComponent(id)}/export`);
}

/** Erases a person for good. False when the person at the screen would rather not give the password. @throws ApiError */
export const erase = async (id: string): Promise<boolean> =>
  (await withPassword(() => one.erase.$post({ param: { id } }))) !== null;
