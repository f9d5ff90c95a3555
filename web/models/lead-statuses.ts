import { api } from "../api.ts";
import { type LeadStatus, statuses } from "./leads.ts";

const list = api["lead-statuses"];

/** Where every lead begins: it can be renamed, not removed (src/tenants/lead-statuses.he.ts). */
export const firstStatus = "new";

/** Adds a status at the end, or changes the one with this key. @throws ApiError */
export async function saveStatus(
  key: string | null,
  given: { label: string; hue: number; closed: boolean },
): Promise<void> {
  if (key === null) await list.$post({ json: given });
  else await list[":key"].$patch({ param: { key }, json: given });
  await statuses.reload();
}

/** Moves a status one place up (-1) or down (1), at once. */
export async function moveStatus({ key }: LeadStatus, by: 1 | -1): Promise<void> {
  const order = statuses.data.value ?? [];
  const at = order.findIndex((status) => status.key === key);
  const other = order[at + by];
  if (other === undefined) return;
  const moved = order.with(at, other).with(at + by, order[at]!);
  const undo = statuses.patch(() => moved);
  await list.order.$put({ json: { keys: moved.map((status) => status.key) } }).catch((error: unknown) => {
    undo();
    throw error;
  });
}

/** Takes a status away; its leads go to another one. How many went. @throws ApiError */
export async function removeStatus({ key }: LeadStatus, moveTo: string): Promise<number> {
  const answer = await list[":key"].$delete({ param: { key }, query: { moveTo } });
  await statuses.reload();
  return (await answer.json()).leadsMoved;
}
