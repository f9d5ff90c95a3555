import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { resourceBy } from "../resource.ts";

export type Usage = InferResponseType<typeof api.usage.$get, 200>;

/** By `from to`, local dates. */
export const usageBy = resourceBy<Usage>(async (key, signal) => {
  const [from = "", to = ""] = key.split(" ");
  return (await api.usage.$get({ query: { from, to } }, { init: { signal } })).json();
});
