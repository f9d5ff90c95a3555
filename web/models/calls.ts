import { batch, signal } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { type Moment, onMoment } from "../live.ts";
import { pagesBy } from "../read-pages.ts";
import { resourceBy } from "../resource.ts";

const { calls } = api;

type Log = InferResponseType<typeof calls.$get, 200>;
export type CallLine = Log["items"][number];
export type CallDetail = InferResponseType<(typeof calls)[":id"]["$get"], 200>;
export type Turn = CallDetail["turns"][number];
export type CallEvent = CallDetail["events"][number];
export type Trace = InferResponseType<(typeof calls)[":id"]["trace"]["$get"], 200>;
export type Peaks = InferResponseType<(typeof calls)[":id"]["recordings"][":recording"]["peaks"]["$get"], 200>;

export const callFilters = ["all", "missed", "handled", "recorded"] as const;
export type CallFilter = (typeof callFilters)[number];

const pageSize = 50;

const filterQuery: Record<CallFilter, { reason?: string; recorded?: string }> = {
  all: {},
  missed: { reason: "fallback,bug,lost" },
  handled: { reason: "caller_hung_up,assistant_ended,transferred" },
  recorded: { recorded: "true" },
};

/** The log by filter and search text, `filter text`: as much of it as was asked for is kept fresh. */
export const callLog = resourceBy<Log>(
  async (key, abort) => {
    const { filter, text } = readKey(key);
    const wanted = Math.max(pageSize, callLog(key).data.value?.items.length ?? 0);
    const items: CallLine[] = [];
    let next: string | null = null;
    do {
      const limit = String(Math.min(200, wanted - items.length));
      const cursor = next === null ? {} : { cursor: next };
      const query = { ...filterQuery[filter], ...(text.length >= 2 ? { text } : {}), limit, ...cursor };
      const page: Log = await (await calls.$get({ query }, { init: { signal: abort } })).json();
      items.push(...page.items);
      next = page.next;
    } while (next !== null && items.length < wanted);
    return { items, next };
  },
  ["call"],
);

export const logKey = (filter: CallFilter, text: string): string => `${filter} ${text.trim()}`;

const readKey = (key: string): { filter: CallFilter; text: string } => {
  const [filter = "all", ...words] = key.split(" ");
  return { filter: filter as CallFilter, text: words.join(" ") };
};

/** The next page of the same list. */
export async function moreCalls(key: string): Promise<void> {
  const log = callLog(key);
  const next = log.data.value?.next;
  if (!next) return;
  const { filter, text } = readKey(key);
  const query = {
    ...filterQuery[filter],
    ...(text.length >= 2 ? { text } : {}),
    limit: String(pageSize),
    cursor: next,
  };
  const page = await (await calls.$get({ query })).json();
  log.patch((data) => ({ items: [...data.items, ...page.items], next: page.next }));
}

/** The calls with one customer, newest first. */
export const callsWith = pagesBy<CallLine>(
  async (customerId, query, abort) =>
    (await calls.$get({ query: { customerId, ...query } }, { init: { signal: abort } })).json(),
  ["call", "customer"],
);

export const callBy = resourceBy<CallDetail>(
  async (id, abort) => (await calls[":id"].$get({ param: { id } }, { init: { signal: abort } })).json(),
  ["call"],
);

export const traceBy = resourceBy<Trace>(async (id, abort) =>
  (await calls[":id"].trace.$get({ param: { id } }, { init: { signal: abort } })).json(),
);

/** By `call recording`. */
export const peaksBy = resourceBy<Peaks>(async (key, abort) => {
  const [id = "", recording = ""] = key.split(" ");
  const answer = await calls[":id"].recordings[":recording"].peaks.$get(
    { param: { id, recording } },
    { init: { signal: abort } },
  );
  return answer.json();
});

/** How loud a live call is: rms in 16-bit units. */
export interface Level {
  level: number;
  floor: number;
  threshold: number;
  speaking: "caller" | "assistant" | "nobody";
  phase: string;
}

/** What is heard of live calls while somebody looks, by the call's id. */
export const liveLevels = signal<Readonly<Record<string, Level>>>({});
export const liveTurns = signal<Readonly<Record<string, readonly Turn[]>>>({});
export const liveEvents = signal<Readonly<Record<string, readonly CallEvent[]>>>({});
/** Live calls that have ended since the page was opened, with the reason. */
export const endedCalls = signal<Readonly<Record<string, string>>>({});

const lastTurns = 60;

onMoment(({ type, id, data }: Moment) => {
  if (type === "call-level") liveLevels.value = { ...liveLevels.value, [id]: data as Level };
  else if (type === "call-turn")
    liveTurns.value = added(liveTurns.value, id, { ...(data as Omit<Turn, "recordingId">), recordingId: null });
  else if (type === "call-event") liveEvents.value = added(liveEvents.value, id, data as CallEvent);
  else if (type === "call-end")
    batch(() => {
      endedCalls.value = { ...endedCalls.value, [id]: (data as { reason: string }).reason };
      const { [id]: _gone, ...rest } = liveLevels.value;
      liveLevels.value = rest;
    });
});

const added = <T>(all: Readonly<Record<string, readonly T[]>>, id: string, one: T) => ({
  ...all,
  [id]: [...(all[id] ?? []), one].slice(-lastTurns),
});
