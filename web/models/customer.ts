import type { InferResponseType } from "hono/client";
import { ApiError, api } from "../api.ts";
import { withPassword } from "../confirm-password.ts";
import { toast } from "../parts/toasts.tsx";
import { resourceBy } from "../resource.ts";
import { customerWords } from "../strings/customer.he.ts";
import { tasksOf } from "./tasks.ts";

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

/** What becoming one with another customer would do, by `kept other`. */
export const mergePreview = resourceBy<InferResponseType<(typeof one.merge)[":otherId"]["$get"]>>(
  async (key, signal) => {
    const [id = "", otherId = ""] = key.split(" ");
    return (await one.merge[":otherId"].$get({ param: { id, otherId } }, { init: { signal } })).json();
  },
);

/** Makes another customer one with this one; the toast parts them again. @throws ApiError, about the fields `who` and `proof`. */
export async function merge(id: string, otherId: string | undefined, proof: string, name: string): Promise<void> {
  if (otherId === undefined) throw new ApiError("invalid", [{ path: "who", code: "required" }]);
  try {
    const { mergeId } = await (await one.merge.$post({ param: { id }, json: { mergedId: otherId, proof } })).json();
    toast(customerWords().merge.done(name), { undo: () => part(id, mergeId) });
  } catch (error) {
    throw besideWho(error);
  }
  readAgain(id);
}

/** Parts two customers who were made one. @throws ApiError */
export async function part(id: string, mergeId: string): Promise<void> {
  await one.merges[":mergeId"].undo.$post({ param: { id, mergeId } });
  toast(customerWords().merge.undone);
  readAgain(id);
}

// The live line tells of it as well; without one the page must not show what was.
function readAgain(id: string): void {
  for (const shown of [customer(id), history(id), tasksOf(id)]) void shown.reload();
}

/** The refusal with the fields' names as the dialog has them. */
function besideWho(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.code === "not_found") return new ApiError("invalid", [{ path: "who", code: "gone" }], error.status);
  const fields = error.fields.map((field) => ({ ...field, path: field.path === "mergedId" ? "who" : field.path }));
  return new ApiError(error.code, fields, error.status, error.reason);
}

/** Downloads everything about a person (a ZIP). The browser fetches it itself, so the password is asked for before. @throws ApiError */
export async function exportPerson(id: string): Promise<void> {
  if ((await withPassword(() => api.auth.confirm.$get())) === null) return;
  location.assign(`/api/customers/${encodeURIComponent(id)}/export`);
}

/** Erases a person for good. False when the person at the screen would rather not give the password. @throws ApiError */
export const erase = async (id: string): Promise<boolean> =>
  (await withPassword(() => one.erase.$post({ param: { id } }))) !== null;
