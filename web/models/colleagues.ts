import { api } from "../api.ts";
import { resource } from "../resource.ts";

/** Whom work can be given to. */
export const colleagues = resource<readonly { id: string; name: string }[]>(
  async (signal) => (await (await api.team.names.$get({}, { init: { signal } })).json()).items,
  ["team"],
);

export const colleagueName = (id: string | null): string | null =>
  colleagues.data.value?.find((person) => person.id === id)?.name ?? null;
