import { computed } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { now } from "../clock.ts";
import { dayKey } from "../format.ts";
import { resource } from "../resource.ts";
import { me } from "../session.ts";
import { bell } from "./notifications.ts";
import { groupOf, type Task, taskList } from "./tasks.ts";

const { meetings } = api.calendar;

export type Meeting = InferResponseType<typeof meetings.$get, 200>["items"][number];

const read = (signal: AbortSignal) => ({ init: { signal } });

/** What happened and will happen today, by the business's calendar. */
export const today = resource(
  async (signal) => {
    const date = dayKey(now());
    const [calls, planned, fresh] = await Promise.all([
      api.calls.$get({ query: { from: date, to: date, limit: "200" } }, read(signal)).then((answer) => answer.json()),
      meetings.$get({ query: { from: date, to: date } }, read(signal)).then((answer) => answer.json()),
      api.leads.$get({ query: { sort: "newest", limit: "100" } }, read(signal)).then((answer) => answer.json()),
    ]);
    const came = fresh.items.filter(({ createdAt }) => dayKey(createdAt) === date).length;
    const phoned = calls.items.filter(({ origin }) => origin === "phone");
    return {
      date,
      calls: phoned.length,
      answered: phoned.filter(({ endReason }) => endReason !== null && !["fallback", "bug", "lost"].includes(endReason))
        .length,
      leads: came,
      /** After a file of customers, say: at least as many, and nobody has counted the others. */
      moreLeads: came === fresh.items.length && fresh.next !== null,
      meetings: planned.items.filter(({ status }) => status !== "cancelled"),
    };
  },
  ["call", "meeting", "lead"],
);

/** Open tasks whose time has come, and what customers left behind: messages and call-backs have no date, and wait from the first minute. */
export const dueTasks = computed(
  () => taskList("open").data.value?.items.filter((task) => task.status === "open" && waitsToday(task)) ?? [],
);

function waitsToday(task: Task): boolean {
  if (task.urgency === "urgent") return true;
  const group = groupOf(task);
  // What a colleague wrote down without a date is for some day.
  return group === "undated" ? task.createdBy !== "staff" : group !== "later";
}

// A task tells of itself; what stands in the list of tasks is not said twice.
const saidElsewhere = new Set(["task_created", "task_due", "meeting_booked", "meeting_moved"]);

/** Unread lines of the bell that somebody has to act on. */
export const alarms = computed(
  () => bell.data.value?.items.filter(({ readAt, kind }) => readAt === null && !saidElsewhere.has(kind)) ?? [],
);

export type StepKey =
  | "talk"
  | "business"
  | "hours"
  | "knowledge"
  | "number"
  | "whatsapp"
  | "meeting"
  | "device"
  | "team"
  | "publish";

export interface Step {
  key: StepKey;
  done: boolean;
  /** Where it is done. */
  to: string;
}

const knownEnough = 5;

/** An owner's first ten minutes, ticked by facts and not by clicks (P3). */
export const firstSteps = resource<readonly Step[]>(
  async (signal) => {
    const options = read(signal);
    const [business, hours, knowledge, numbers, calls, planned, whatsapp, push, colleagues, instructions] =
      await Promise.all([
        api.business.$get({}, options).then((answer) => answer.json()),
        api.hours.$get({ query: {} }, options).then((answer) => answer.json()),
        api.knowledge.$get({ query: {} }, options).then((answer) => answer.json()),
        api.numbers.$get({}, options).then((answer) => answer.json()),
        api.calls.$get({ query: { limit: "1" } }, options).then((answer) => answer.json()),
        meetings.$get({ query: { from: day(-30), to: day(30), limit: "1" } }, options).then((answer) => answer.json()),
        api.whatsapp.status.$get({}, options).then((answer) => answer.json()),
        api.push.$get({}, options).then((answer) => answer.json()),
        api.team.$get({}, options).then((answer) => answer.json()),
        api.prompts[":channel"].$get({ param: { channel: "call" } }, options).then((answer) => answer.json()),
      ]);
    return [
      { key: "talk", done: calls.items.length > 0, to: "/test-call" },
      { key: "business", done: business.city !== null, to: "/settings" },
      { key: "hours", done: hours.weekly.length > 0, to: "/settings?tab=hours" },
      { key: "knowledge", done: knowledge.items.length >= knownEnough, to: "/assistant?tab=knows" },
      { key: "number", done: numbers.items.length > 0, to: "/channels" },
      { key: "whatsapp", done: whatsapp.connected, to: "/channels" },
      { key: "meeting", done: planned.items.length > 0, to: "/calendar" },
      { key: "device", done: push.devices > 0, to: "/notifications" },
      { key: "team", done: colleagues.items.some(({ id }) => id !== me.value?.user?.id), to: "/settings?tab=team" },
      { key: "publish", done: instructions.version > 0, to: "/assistant?tab=does" },
    ];
  },
  ["call", "meeting", "business", "settings", "knowledge", "whatsapp", "hours", "prompt", "number", "team"],
);

const dayMs = 86_400_000;
const day = (offset: number): string => dayKey(new Date(now().getTime() + offset * dayMs));
