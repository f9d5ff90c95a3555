import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { onMoment } from "../live.ts";
import { resource } from "../resource.ts";
import { setNavCount } from "./counts.ts";

export type LiveCall = InferResponseType<typeof api.calls.live.$get, 200>["items"][number];

/** Calls that are going on: told on every page. */
export const liveCalls = resource<{ items: LiveCall[] }>(
  async (signal) => (await api.calls.live.$get({}, { init: { signal } })).json(),
  ["call"],
);
liveCalls.data.subscribe((live) => setNavCount("/calls", live?.items.length ?? 0));

// At once, not when the list has been read again.
onMoment(({ type, id }) => {
  if (type === "call-end") liveCalls.patch(({ items }) => ({ items: items.filter((call) => call.id !== id) }));
});
