import { computed, signal } from "@preact/signals";
import type { InferRequestType } from "hono/client";
import { api } from "../api.ts";
import { toast } from "../parts/toasts.tsx";
import { leadWords } from "../strings/leads.he.ts";
import { type Lead, leadName, leads, shownLeads, statuses } from "./leads.ts";
import { exportLeads } from "./leads-file.ts";

export type ManyChange = InferRequestType<typeof api.leads.change.$post>["json"]["change"];

// As many as one request takes.
const chosenMax = 200;

const ids = signal<ReadonlySet<string>>(new Set());
/** On a phone a press on a row chooses it instead of opening it. */
export const choosing = signal(false);
let anchor: string | null = null;

/** The chosen ones that can be seen: nothing happens to a lead that the filter hides. */
export const chosen = computed<readonly Lead[]>(() =>
  ids.value.size === 0 ? [] : shownLeads.value.filter(({ id }) => ids.value.has(id)),
);
export const isChosen = (id: string): boolean => ids.value.has(id);

export function chooseNone(): void {
  ids.value = new Set();
  choosing.value = false;
  anchor = null;
}

export function chooseAll(): void {
  keep(shownLeads.value.map(({ id }) => id));
}

/** Turns one lead, or with `range` all from the last one that was turned up to it. */
export function choose(id: string, on: boolean, { range = false }: { range?: boolean } = {}): void {
  const order = shownLeads.value.map((lead) => lead.id);
  const [from, to] = [order.indexOf(anchor ?? id), order.indexOf(id)].toSorted((a, b) => a - b) as [number, number];
  const turned = range && from >= 0 ? order.slice(from, to + 1) : [id];
  anchor = id;
  const rest = [...ids.value].filter((other) => !turned.includes(other));
  keep(on ? [...rest, ...turned] : rest);
  choosing.value = ids.value.size > 0;
}

function keep(wanted: readonly string[]): void {
  if (wanted.length > chosenMax) toast(leadWords().many.tooMany(chosenMax), { bad: true });
  ids.value = new Set(wanted.slice(0, chosenMax));
}

/** Changes all that are chosen; says which could not be, and offers the way back. @throws ApiError when none was. */
export async function changeChosen(change: ManyChange, said: string): Promise<void> {
  const before = chosen.value;
  const { changed, missing } = await send(before, change);
  if (missing.length > 0) toast(leadWords().many.missing(namesOf(before, missing)), { bad: true });
  toast(leadWords().many.changed(changed.length, said), { undo: () => putBack(before, change, changed) });
  chooseNone();
}

/** Shows the change before the server has agreed, and takes it back for those that it did not take. */
async function send(of: readonly Lead[], change: ManyChange) {
  const sent = of.map(({ id }) => id);
  show(sent, change);
  try {
    const answer = await (await api.leads.change.$post({ json: { ids: sent, change } })).json();
    restore(of, new Set(answer.missing));
    return answer;
  } catch (error) {
    restore(of, new Set(sent));
    throw error;
  }
}

/** Each lead gets what it had: one request for all that had the same. */
async function putBack(before: readonly Lead[], change: ManyChange, changed: readonly string[]): Promise<void> {
  const had = Map.groupBy(
    before.filter(({ id }) => changed.includes(id)),
    (lead) => JSON.stringify(Object.fromEntries(Object.keys(change).map((field) => [field, lead[field as "status"]]))),
  );
  for (const [value, group] of had) await send(group, JSON.parse(value) as ManyChange);
}

function show(of: readonly string[], change: ManyChange): void {
  const status = statuses.data.value?.find(({ key }) => key === change.status);
  const look = status && { statusLabel: status.label, hue: status.hue, closed: status.closed };
  leads.value = leads.value.map((lead) => (of.includes(lead.id) ? ({ ...lead, ...change, ...look } as Lead) : lead));
}

function restore(before: readonly Lead[], which: ReadonlySet<string>): void {
  const had = new Map(before.map((lead) => [lead.id, lead]));
  leads.value = leads.value.map((lead) => (which.has(lead.id) ? (had.get(lead.id) ?? lead) : lead));
}

function namesOf(of: readonly Lead[], which: readonly string[]): string {
  return of
    .filter(({ id }) => which.includes(id))
    .map(leadName)
    .join(", ");
}

/** Downloads the chosen ones. @throws ApiError */
export const exportChosen = (): Promise<void> => exportLeads(chosen.value.map(({ id }) => id));
