import { computed, effect, signal } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { ApiError, api } from "../api.ts";
import { phoneText } from "../format.ts";
import { onFact } from "../live.ts";
import { failed, toast } from "../parts/toasts.tsx";
import { resource } from "../resource.ts";
import { path, query, setQuery } from "../router.ts";
import { matches, searchKey } from "../search-key.ts";
import { leadWords } from "../strings/leads.he.ts";
import { shellWords } from "../strings/shell.he.ts";

export type Lead = InferResponseType<typeof api.leads.$get>["items"][number];
export type LeadStatus = InferResponseType<(typeof api)["lead-statuses"]["$get"]>["items"][number];

/** The business's own statuses, in their order. */
export const statuses = resource(
  async (signal) => (await (await api["lead-statuses"].$get({}, { init: { signal } })).json()).items,
  ["lead_status"],
);

/** Every lead that is here so far, most recently active first. Filtering never waits for the server. */
export const leads = signal<readonly Lead[]>([]);
export const leadsLoad = signal<"none" | "first" | "some" | "all" | ApiError>("none");

// Names that one phone can hold and filter without a pause; who has more searches on the server (Ctrl+K).
const heldMax = 20_000;
const pageSize = "200";
let loading: Promise<void> | null = null;

/** Brings all leads, page after page: the first one is on the screen while the others come. */
export function loadLeads(): Promise<void> {
  loading ??= bringAll().finally(() => {
    if (leadsLoad.value !== "all") loading = null;
  });
  return loading;
}

/** Every lead may have changed: all are read again, while the old ones stay on the screen. */
function loadLeadsAgain(): Promise<void> {
  loading = null;
  return loadLeads();
}

async function bringAll(): Promise<void> {
  if (leadsLoad.value === "none") leadsLoad.value = "first";
  const found = new Map<string, Lead>();
  let cursor: string | null = "";
  try {
    while (cursor !== null && found.size < heldMax) {
      const page = await nextPage(cursor);
      for (const lead of page.items) {
        found.set(lead.id, lead);
        leadKey(lead); // now, and not ten thousand at the first letter
      }
      cursor = page.next;
      // While a whole list is on the screen already, it is replaced by a whole one.
      if (leadsLoad.value !== "all") leads.value = [...found.values()];
      if (leadsLoad.value !== "all") leadsLoad.value = "some";
    }
    leads.value = [...found.values()];
    leadsLoad.value = "all";
  } catch (error) {
    if (leads.value.length === 0) leadsLoad.value = error instanceof ApiError ? error : new ApiError("bug");
  }
}

async function nextPage(cursor: string) {
  return (
    await api.leads.$get({ query: { sort: "active", limit: pageSize, ...(cursor === "" ? {} : { cursor }) } })
  ).json();
}

onFact((fact) => {
  if (leadsLoad.value === "none") return;
  // After a gap or a file; and every lead shows the name of its status.
  const all = fact === null || fact.type === "lead_status" || (fact.type === "lead" && fact.id === "*");
  if (all) void loadLeadsAgain();
  else if (fact.type === "lead") void readAgain(fact.id);
});

/** One lead changed somewhere: it alone is read again, and goes to the top when it is new. */
async function readAgain(id: string): Promise<void> {
  try {
    const fresh = await (await api.leads[":id"].$get({ param: { id } })).json();
    const others = leads.value.filter((lead) => lead.id !== id);
    const at = others.findIndex((lead) => lead.activeAt <= fresh.activeAt);
    leads.value = fresh.archivedAt === null ? others.toSpliced(at === -1 ? others.length : at, 0, fresh) : others;
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found")
      leads.value = leads.value.filter((lead) => lead.id !== id);
  }
}

/** What a lead is called where there is no name. */
export const leadName = (lead: { name: string | null; phones: readonly string[] }): string =>
  lead.name ?? (lead.phones[0] === undefined ? shellWords().unnamed : phoneText(lead.phones[0]));

const keys = new WeakMap<Lead, string>();

/** A lead's text as it is searched; made once per lead. */
export function leadKey(lead: Lead): string {
  const known = keys.get(lead);
  if (known !== undefined) return known;
  const key = [lead.name ?? "", ...lead.phones].map(searchKey).join(" ");
  keys.set(lead, key);
  return key;
}

// The address follows the typing at this distance: a shared link has the filter, and no letter waits for the history.
const addressMs = 400;
let addressTimer: ReturnType<typeof setTimeout> | undefined;
let told = query.value.get("q") ?? "";

/** What is typed into the filter. It follows the address where that changed by itself: on the way back, by a link. */
export const typed = signal(told);
effect(() => {
  const q = query.value.get("q") ?? "";
  if (path.value !== "/leads" || q === told) return;
  told = q;
  typed.value = q;
});

export function type(text: string): void {
  typed.value = text;
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => {
    if (path.value !== "/leads") return;
    told = text.trim();
    setQuery({ q: told });
  }, addressMs);
}

interface Fitting {
  of: readonly Lead[];
  wanted: string;
  found: readonly Lead[];
}
let before: Fitting = { of: [], wanted: "", found: [] };

/** With a further letter only those that fitted without it are looked at. */
const fitting = computed(() => {
  const wanted = searchKey(typed.value);
  const goesOn = before.of === leads.value && wanted.startsWith(before.wanted);
  const from = goesOn ? before.found : leads.value;
  const found = wanted === "" ? leads.value : from.filter((lead) => matches(leadKey(lead), wanted));
  before = { of: leads.value, wanted, found };
  return found;
});

/** Leads that fit what is typed, by status: the numbers on the chips and the columns of the board. */
export const byStatus = computed(() => Map.groupBy(fitting.value, ({ status }) => status));
export const fittingCount = computed(() => fitting.value.length);

/** What the list shows. */
export const shownLeads = computed(() => {
  const status = query.value.get("status");
  return status === null ? fitting.value : (byStatus.value.get(status) ?? []);
});

/** Moves a lead at once; a refusal moves it back. The toast undoes it. */
export async function setStatus(lead: Lead, to: LeadStatus): Promise<void> {
  if (lead.status === to.key) return;
  const before = { key: lead.status, label: lead.statusLabel, hue: lead.hue, closed: lead.closed };
  place(lead.id, to);
  try {
    await api.leads[":id"].$patch({ param: { id: lead.id }, json: { status: to.key } });
    toast(leadWords().moved(leadName(lead), to.label), { undo: () => moveBack(lead.id, before) });
  } catch (error) {
    place(lead.id, before);
    failed(error);
  }
}

/** Gives a lead to a person of the business, or to nobody. @throws ApiError */
export async function assign({ id }: Pick<Lead, "id">, assigneeUserId: string | null): Promise<void> {
  await api.leads[":id"].$patch({ param: { id }, json: { assigneeUserId } });
}

type StatusLook = Pick<LeadStatus, "key" | "label" | "hue" | "closed">;

async function moveBack(id: string, status: StatusLook): Promise<void> {
  place(id, status);
  await api.leads[":id"].$patch({ param: { id }, json: { status: status.key } });
}

function place(id: string, { key, label, hue, closed }: StatusLook): void {
  leads.value = leads.value.map((lead) =>
    lead.id === id ? { ...lead, status: key, statusLabel: label, hue, closed } : lead,
  );
}

/** Writes a customer down. @throws ApiError */
export async function addLead(values: Record<string, string>): Promise<void> {
  const { name, phone, note } = values;
  const given = { ...(name ? { name } : {}), ...(phone ? { phone } : {}), ...(note ? { note } : {}) };
  const { lead, isNew } = await (await api.leads.$post({ json: given })).json();
  const t = leadWords().form;
  leads.value = [lead, ...leads.value.filter(({ id }) => id !== lead.id)];
  toast(isNew ? t.added(leadName(lead)) : t.known(leadName(lead)));
}
