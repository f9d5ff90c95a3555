import { sayings } from "./testing/sayings.ts";

// Rules for what may be no wish, no yes or more than one time: it is left out, turned round, or asked about.

sayings(
  "Monday noon: an ordinal behind a thing counts it",
  "2027-03-01T12:30:00+02:00",
  {},
  `
  טיפול ראשון לשני = ask which,date,time
  פגישת היכרות ראשונה לרביעי בבוקר = from 2027-03-03T06:00 to 12:00
  השיעור הראשון לחמישי בחמש = at 2027-03-04T17:00
  שולחן לארבעה לחמישי בתשע = ask date
  הראשון לשני = day 2028-02-01
  שישה לשלישי = day 2027-03-06 [shabbat]
  בסביבות ה-20 לחודש = day 2027-03-20 [shabbat]
`,
);

sayings(
  "Monday noon: what counts from a vague end, or lies behind us, is asked about",
  "2027-03-01T12:30:00+02:00",
  {},
  `
  יומיים לפני סוף החודש = ask date
  שבוע אחרי תחילת השנה = ask date
  יומיים לפני שבת = day 2027-03-04
  שבועיים לפני סוף השבוע = ask date
  יום לפני פורים = day 2027-03-22
`,
);

sayings(
  "Monday noon: until a day one is away, ill, or without the car",
  "2027-03-01T12:30:00+02:00",
  {},
  `
  נסעתי לחול עד יום ראשון = constraint from 2027-03-07
  המכונית במוסך עד יום רביעי = constraint from 2027-03-03
  אנחנו בחופש עד פורים = constraint from 2027-03-23
  אני צריכה את זה במשרד עד יום רביעי = constraint to 2027-03-03
  המבצע בתוקף עד יום רביעי? = constraint to 2027-03-03
  אני גומר לעבוד בארבע = constraint from 16:00
  ביום שלישי אני יוצאת מהעבודה בחמש = constraint day 2027-03-02 from 17:00
  מחר מ-9 עד 13 אני בעבודה = ask time
  אין לי רכב ביום שני = constraint not 1
  אין לי כלום ביום שני = day 2027-03-08
  יש לי מחר שיננית בתשע אצל מישהו = ask which
  יש לי תור מחר בתשע = at 2027-03-02T09:00
  יש לי בוחן בשלישי בתשע אז לא שלישי = constraint not 2
`,
);

sayings(
  "Monday noon: every stretch and day that is named counts",
  "2027-03-01T12:30:00+02:00",
  {},
  `
  ביום שלישי בין 9 ל-11 או בין 4 ל-6 = ask which,time
  מחר 10-12 או 16-18 = ask which,time
  בימי שני ורביעי אני יכול = ask which,date,time
  אפשר ביום ב' או ד' = ask which,date,time
  עדיף ראשון, אבל גם שני אפשרי = ask which,date,time
  אם יש מחר בארבע אשמח, אם לא אז בחמש = ask which,time
  היום זה שני נכון? אז מחר בחמש = at 2027-03-02T17:00
  פתוח אצלכם 18:00-02:00? = constraint from 18:00 to 02:00
  מסיבה מחר מ22:00 עד 03:00 = from 2027-03-02T22:00 to 03:00
  יום א' 0930 = at 2027-03-07T09:30
`,
);

sayings(
  "Monday noon: what was done or was due is told",
  "2027-03-01T12:30:00+02:00",
  {},
  `
  קיבלתם את הבקשה שלי למחר בארבע? = at 2027-03-02T16:00
  הזמנתי ב3 לחודש וזה לא הגיע = none
  ביום שישי דיווחתי על תקלה = none
  ההזמנה הייתה אמורה להגיע ביום ראשון = none
  התור שלי היה אמור להיות היום = day 2027-03-01
  מצטערת על האיחור בתשובה, מחר בחמש מתאים? = at 2027-03-02T17:00
  סליחה על העיכוב במענה, יום שני בצהריים מסתדר = from 2027-03-08T12:00 to 15:00
`,
);

sayings(
  "Monday noon, after one offer: a tag, a doubt or the answer to a call is no yes",
  "2027-03-01T12:30:00+02:00",
  { offered: ["2027-03-03T16:00"] },
  `
  כן נו אז מה? = none
  כן באמת? = none
  כן יש אצלכם חניה? = confirm 2027-03-03T16:00
  כן או לא? = none
  כן, לא? = none
  זה אצל רופאה, אוקיי? = none
  אפשר לבוא עם כלב, לא? = none
  זה ברחוב הרצל, נכון? = none
  זה ביום רביעי, נכון? = ask which
  כן, שלום, מי זה? = none
  כן מדברת = none
  כן תודה רגע = undecided
  אני כן רוצה אבל יקר לי = undecided
  תודה אבל קבעתי כבר = none
  יופי, אז תודה ושבת שלום = confirm 2027-03-03T16:00
  לא נראה לי שאספיק, אולי חמש = at 2027-03-03T17:00
  סבבי אבל תזיזו לרבע שעה אחרי = at 2027-03-03T16:15
`,
);

sayings(
  "Monday noon, with a meeting on Wednesday",
  "2027-03-01T12:30:00+02:00",
  { appointment: "2027-03-03T11:00" },
  `
  אפשר לבטל עד 24 שעות לפני? = none
  אני לא מבטלת, רק מעבירה לחמישי = move to day 2027-03-04T00:00
  מצטער על האיחור בתשלום = none
  מצטער על האיחור = late
`,
);
