import { z } from "zod";
import type { FreeSlot } from "../../calendar/rules.ts";
import { limits } from "../../limits.ts";
import { freeStarts, localOf, offer } from "../appointments.ts";
import { dateInput, meetingInput, moveInput } from "./appointment-input.ts";
import { type Desk, defineTool } from "./tool.ts";
import { whichMeeting } from "./which-meeting.ts";

/** Parts of the day as the Hebrew understanding has them, in minutes. */
const parts = {
  morning: [360, 720],
  noon: [720, 900],
  afternoon: [840, 1_080],
  evening: [1_080, 1_320],
} as const;

const searchDays = 14;

export const offerSlots = defineTool({
  name: "offer_slots",
  description:
    "Finds the next free times and holds up to three of them for the customer. Use it when the customer did not name an exact time, or wants another one. Read the slots out and ask which one suits.",
  input: z.strictObject({
    from_date: dateInput.optional(),
    to_date: dateInput.optional(),
    part: z.enum(["morning", "noon", "afternoon", "evening"]).optional(),
    move: moveInput,
    meeting: meetingInput,
  }),
  async run(desk, { from_date, to_date, part, move, meeting }) {
    const today = desk.now.toPlainDate();
    const from = from_date === undefined ? today : Temporal.PlainDate.from(from_date);
    const to = to_date === undefined ? from.add({ days: searchDays }) : Temporal.PlainDate.from(to_date);
    if (
      Temporal.PlainDate.compare(to, today) < 0 ||
      Temporal.PlainDate.compare(to, from) < 0 ||
      from.until(to).days > 62
    )
      return { result: { error: "invalid_dates", today: today.toString() } };
    const moving = move ? await whichMeeting(desk, meeting) : null;
    if (moving?.kind === "answer") return moving.answer;
    const free = (await freeStarts(desk, from, to, moving?.meeting)).filter(
      (slot) => part === undefined || isIn(desk, slot, parts[part]),
    );
    const offered = await offer(desk, spread(desk, free), moving?.meeting);
    return {
      result: offered.length === 0 ? { offered, reason: "nothing_free" } : { offered, next: "ask_which_suits" },
    };
  },
});

function isIn(desk: Desk, slot: FreeSlot, [from, to]: readonly [number, number]): boolean {
  const local = localOf(desk, slot.startMs);
  const minute = Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16));
  return minute >= from && minute < to;
}

/** A real choice: the first two days that have room, and on the first day an early and a late time. */
function spread(desk: Desk, free: readonly FreeSlot[]): FreeSlot[] {
  const days = [...Map.groupBy(free, (slot) => localOf(desk, slot.startMs).slice(0, 10)).values()];
  const [first = [], second = []] = days;
  const chosen = [
    first[0],
    first.length > 1 ? first.at(-1) : undefined,
    second[0] ?? first[Math.floor(first.length / 2)],
  ];
  return [...new Set(chosen.filter((slot) => slot !== undefined))]
    .toSorted((a, b) => a.startMs - b.startMs)
    .slice(0, limits.offersMax);
}
