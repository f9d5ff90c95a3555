import type { InferRequestType, InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { withPassword } from "../confirm-password.ts";
import { resource, resourceBy } from "../resource.ts";

const { calendar, resources } = api;

type Meetings = InferResponseType<typeof calendar.meetings.$get, 200>;
export type Meeting = Meetings["items"][number];
export type MeetingDetail = InferResponseType<(typeof calendar.meetings)[":id"]["$get"], 200>;
type Days = InferResponseType<typeof calendar.days.$get, 200>;
export type Day = Days["items"][number];
export type FreeSlot = InferResponseType<typeof calendar.free.$get, 200>["items"][number];
export type NewMeeting = InferRequestType<typeof calendar.meetings.$post>["json"];

/** All of them by `from to`, local dates of the business, both included: a day that is not read to its end looks free. */
export const meetingsBy = resourceBy<{ items: Meeting[] }>(
  async (key, signal) => {
    const items: Meeting[] = [];
    let cursor: string | null = null;
    do {
      const query = { ...rangeOf(key), ...(cursor === null ? {} : { cursor }) };
      const page: Meetings = await (await calendar.meetings.$get({ query }, { init: { signal } })).json();
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    return { items };
  },
  ["meeting"],
);

/** The days themselves: holidays, Shabbat, opening hours. */
export const daysBy = resourceBy<Days>(
  async (key, signal) => (await calendar.days.$get({ query: rangeOf(key) }, { init: { signal } })).json(),
  ["settings", "hours"],
);

export const rangeKey = (from: string, to: string): string => `${from} ${to}`;

function rangeOf(key: string): { from: string; to: string } {
  const [from = "", to = ""] = key.split(" ");
  return { from, to };
}

export const meetingBy = resourceBy<MeetingDetail>(
  async (id, signal) => (await calendar.meetings[":id"].$get({ param: { id } }, { init: { signal } })).json(),
  ["meeting"],
);

/** Who can be booked. */
export const resourceList = resource<InferResponseType<typeof resources.$get, 200>>(
  async (signal) => (await resources.$get({}, { init: { signal } })).json(),
  ["resource", "settings"],
);

/** Where any calendar program can subscribe: a secret. Null when the password was wanted and not given. @throws ApiError */
export async function showFeedAddress(): Promise<string | null> {
  const answer = await withPassword(() => calendar.feed.$get());
  return answer === null ? null : (await answer.json()).address;
}

/** A new address; the one before opens nothing any more. Null as above. @throws ApiError */
export async function renewFeedAddress(): Promise<string | null> {
  const answer = await withPassword(() => calendar.feed.renew.$post());
  return answer === null ? null : (await answer.json()).address;
}

/** @throws ApiError "taken" when somebody has the time already. */
export async function bookMeeting(meeting: NewMeeting): Promise<void> {
  await calendar.meetings.$post({ json: meeting });
}

/** Keeps time free of meetings. @throws ApiError */
export async function blockTime(block: InferRequestType<typeof calendar.blocks.$post>["json"]): Promise<void> {
  await calendar.blocks.$post({ json: block });
}

/** What the customer would be told, by `newsKey`. */
export const newsBy = resourceBy<InferResponseType<(typeof calendar.meetings)[":id"]["news"]["$get"], 200>>(
  async (key, signal) => {
    const [id = "", startsAt] = key.split(" ");
    const asked = { param: { id }, query: startsAt === undefined ? {} : { startsAt } };
    return (await calendar.meetings[":id"].news.$get(asked, { init: { signal } })).json();
  },
  ["meeting", "conversation", "settings"],
);

/** Of a move to `startsAt`, or without it of an end. */
export const newsKey = (id: string, startsAt?: string): string => (startsAt === undefined ? id : `${id} ${startsAt}`);

export type CustomerTold = InferResponseType<(typeof calendar.meetings)[":id"]["cancel"]["$post"], 200>["customerTold"];

/** @throws ApiError "taken" when somebody has the time already. */
export async function moveMeeting(id: string, slot: FreeSlot, tellCustomer: boolean): Promise<CustomerTold> {
  const { startsAt, resourceId } = slot;
  const json = { startsAt, resourceId, tellCustomer };
  return (await (await calendar.meetings[":id"].move.$post({ param: { id }, json })).json()).customerTold;
}

/** @throws ApiError */
export async function cancelMeeting(id: string, tellCustomer: boolean): Promise<CustomerTold> {
  const json = { tellCustomer };
  return (await (await calendar.meetings[":id"].cancel.$post({ param: { id }, json })).json()).customerTold;
}

export type Outcome = "completed" | "no_show" | "booked";

export async function settleMeeting(id: string, outcome: Outcome): Promise<void> {
  await calendar.meetings[":id"].outcome.$post({ param: { id }, json: { outcome } });
}

/** Where a meeting (that is to be moved) fits on some days. */
export async function readFree(from: string, to: string, meetingId?: string): Promise<FreeSlot[]> {
  const query = { from, to, ...(meetingId === undefined ? {} : { meetingId }) };
  return (await (await calendar.free.$get({ query })).json()).items;
}
