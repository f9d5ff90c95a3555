import { sayings } from "./testing/sayings.ts";

// Words that stand beside a time and turn it into another one.

sayings(
  "Tuesday morning",
  "2026-11-24T10:15:00+02:00",
  {},
  `
  לפנות בוקר = constraint from 04:00 to 06:00 part night
  מחר לפנות בוקר = from 2026-11-25T04:00 to 06:00
  מחר ב-4 לפנות בוקר = at 2026-11-25T04:00
  בשישי לפני כניסת שבת = constraint day 2026-11-27 to 16:19
  ביום ראשון הראשון בחודש = day 2026-12-06
  ביום שני השני בינואר = day 2027-01-11
  יש לכם עוד שעות פנויות? = none
  עוד השבוע = week 2026-11-22
  בעוד שבוע = day 2026-12-01
  רבע שעה אחרי חמש = hour 17:15
  חצי שעה לפני חמש = hour 16:30
  לא לפני ארבע ולא אחרי שבע = constraint from 16:00 to 19:00
  אחרי ארבע ולפני שבע = constraint from 16:00 to 19:00
  צום גדליה = day 2027-10-04
  תענית אסתר = day 2027-03-22
  הושענא רבה = day 2027-10-22
`,
);

sayings(
  "Tuesday morning, with a meeting at four",
  "2026-11-24T10:15:00+02:00",
  { appointment: "2026-11-24T16:00" },
  `
  אגיע בעשר דקות איחור = late 10
  אגיע רבע שעה לפני = move by -15 to 2026-11-24T15:45
`,
);
