import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { resourceBy } from "../resource.ts";

export type Usage = InferResponseType<typeof api.usage.$get, 200>;

/** By `from to`, local dates. */
export const usageBy = resourceBy<Usage>(async (key, signal) => {
  const [from = "", to = ""] = key.split(" ");
  return (await api.usage.$get({ query: { from, to } }, { init: { signal } })).json();
});

export type Compared = InferResponseType<typeof api.usage.compared.$get, 200>;

/** By `from to`: what came of these days, and of as many before them. */
export const comparedBy = resourceBy<Compared>(
  async (key, signal) => {
    const [from = "", to = ""] = key.split(" ");
    return (await api.usage.compared.$get({ query: { from, to } }, { init: { signal } })).json();
  },
  ["call", "meeting"],
);
