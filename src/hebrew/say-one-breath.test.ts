import { sayings } from "./testing/sayings.ts";

// Said in one breath, as on WhatsApp. What must never happen: a denied agreement ("לא מאשר") taken for a yes.

sayings(
  "Wednesday afternoon, after one offer",
  "2026-11-25T14:30:00+02:00",
  { offered: ["2026-11-26T10:00"] },
  `
  לא מאשר = reject
  לא מאשרת בינתיים = reject
  לא מסכימה = reject
  לא נשמע לי טוב = reject
  לא זורם = reject
  לא קבענו כלום = reject
  לא נראה לי שזה מתאים לי = reject
  לא נראה לי שמחר מתאים לי = reject
  לא חושבת שזה אפשר = reject
  זה ממש לא טוב = reject
  עוד לא מאושר לי = none
  אל תסגרי עדיין = none
  לא יכול מחר מתאים לי ראשון בשתיים = at 2026-11-29T14:00
  סגור על חמש = at 2026-11-26T17:00
  לא, סגור = confirm 2026-11-26T10:00
  לא, זאת אומרת כן = confirm 2026-11-26T10:00
  קבעי לי = confirm 2026-11-26T10:00
  נכון = confirm 2026-11-26T10:00
  בדיוק = confirm 2026-11-26T10:00
  אש = confirm 2026-11-26T10:00
  אני אשאל את הבעל ואגיד לך = undecided
  כן אבל ב11 = at 2026-11-26T11:00
  עדיף לי ביום ראשון באותה שעה = at 2026-11-29T10:00
  כן, אה לא רגע יש לי פגישה = reject
`,
);

sayings(
  "Wednesday afternoon, asked for the hour",
  "2026-11-25T14:30:00+02:00",
  { pending: { date: "2026-11-29" }, asked: "time" },
  `
  עשר, לא בעצם אחת עשרה = at 2026-11-29T11:00
  1630 = at 2026-11-29T16:30
  בבוקר או בערב = ask which,time
`,
);

sayings(
  "Wednesday afternoon, asked for the day",
  "2026-11-25T14:30:00+02:00",
  { pending: { time: "16:00" }, asked: "date" },
  `
  מחר אבל בחמש = at 2026-11-26T17:00
  ב-5 = at 2026-12-05T16:00 [shabbat]
`,
);

sayings(
  "Wednesday afternoon, with a meeting tomorrow",
  "2026-11-25T14:30:00+02:00",
  { appointment: "2026-11-26T10:00" },
  `
  אני רוצה לבטל את התור שקבעתי למחר = cancel 2026-11-26T10:00
  לבטל את התור שנקבע ליום חמישי = cancel 2026-11-26T10:00
  מבטל את התור של מחר וקובע ליום ראשון ב12 = move to 2026-11-29T12:00
  לבטל את מחר ולקבוע ליום ראשון בשלוש = move to 2026-11-29T15:00
  לא אצליח להגיע מחר אפשר לקבוע לחמישי הבא באותה שעה = move to 2026-12-03T10:00
  לא צריך לבטל, אני מגיעה = confirm
`,
);

sayings(
  "Wednesday morning",
  "2026-11-25T09:20:00+02:00",
  {},
  `
  רציתי לקבוע תור לרופא שיניים בשבוע הבא באיזור הבוקר = week 2026-11-29
  מחר בבוקר או אחר הצהריים = ask which,time
  בבוקר או בערב = ask which,date,time
  מחר ראשון = ask which,date
  היי מה קורה רציתי לדעת אם יש לכם משהו פנוי מחר ב4 בערך = at 2026-11-26T16:00
  אני מראשון לציון אפשר ביום ראשון ב10 = at 2026-11-29T10:00
  שילמתי 400 שקל בפעם הקודמת = none
`,
);

sayings(
  "the day before Yom Kippur eve",
  "2026-09-19T22:00:00+03:00",
  {},
  `
  מוצאי כיפור בתשע = at 2026-09-21T21:00
  במוצאי יום כיפור = from 2026-09-21T19:17 to 00:00
`,
);
