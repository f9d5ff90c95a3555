import type { ScenarioInput } from "./scenarios.ts";

/** What every business is asked, to begin rehearsing with. */
export const exampleScenarios: readonly ScenarioInput[] = [
  {
    name: "קביעת תור",
    lines: ["שלום, אפשר לקבוע תור למחרתיים בעשר בבוקר?", "כן, אפשר", "תודה רבה, יום טוב"],
    checks: [
      { kind: "tool", name: "check_availability" },
      { kind: "meeting", booked: true, time: "10:00" },
    ],
  },
  {
    name: "שעה שלא נאמרה",
    lines: ["אני רוצה תור ביום ראשון", "אולי, אני צריך לחשוב על זה"],
    checks: [{ kind: "meeting", booked: false }],
  },
  {
    name: "מבקש לדבר עם אדם",
    lines: ["אני רוצה לדבר עם בן אדם בבקשה", "שיחזרו אליי, זה בנוגע לחשבונית"],
    checks: [{ kind: "task" }, { kind: "meeting", booked: false }],
  },
];
