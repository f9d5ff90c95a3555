import { sayings } from "./testing/sayings.ts";

// Agreements, refusals and hesitations as people write them, most of them after an offer.

sayings(
  "Wednesday morning, after one offer",
  "2027-01-13T09:40:00+02:00",
  { offered: ["2027-01-17T16:30"] },
  `
  לא נראה לי = reject
  נראה לי שכן = confirm 2027-01-17T16:30
  נראה לי שלא = reject
  עזבי = reject
  עזוב נו = reject
  בסדר גמור = confirm 2027-01-17T16:30
  אולי, אחזור אליך = undecided
  אחזור אלייך עם תשובה = undecided
  אני אודיע לך = undecided
  אעדכן אתכם בהמשך = undecided
  תני לי רגע לבדוק = undecided
  שנייה אני בודק = undecided
  רגע = none
  חכי שנייה = undecided
  בוא נגיד שכן = undecided
  נו טוב = confirm 2027-01-17T16:30
  כן נו = confirm 2027-01-17T16:30
  כ = none
  כןן = confirm 2027-01-17T16:30
  כןכן = confirm 2027-01-17T16:30
  לאא = reject
  לאלא = reject
  ממש לא בא לי = reject
  לא בא לי = reject
  לא הפעם = reject
  לא מעוניין = reject
  לא מעוניינת תודה = reject
  לא רלוונטי = reject
  כבר לא רלוונטי = reject
  לא צריך = reject
  לא צריכה כבר תודה = reject
  לא טוב = reject
  לא כל כך מתאים = reject
  זה קצת בעייתי = reject
  בעייתי לי = reject
  קשה לי בשעה הזאת = reject
  לא בשעות האלה = reject
  מאוחר מדי בשבילי = reject
  זה רחוק מדי = none
  תחפש משהו אחר = reject
  יש לך שעה אחרת? = reject
  יש לך תאריך אחר? = reject
  תן לי אופציות אחרות = none
  מה עוד יש לכם? = none
  אחלה קבעתי = confirm 2027-01-17T16:30
  סגרנו = confirm 2027-01-17T16:30
  סגור עניין = confirm 2027-01-17T16:30
  וואלה סבבה = confirm 2027-01-17T16:30
  וואלה לא = reject
  מושלם!! = confirm 2027-01-17T16:30
  פצצה = confirm 2027-01-17T16:30
  מהמם תודה = confirm 2027-01-17T16:30
  נהדר = confirm 2027-01-17T16:30
  אש = confirm 2027-01-17T16:30
  בול = confirm 2027-01-17T16:30
  בול מה שחיפשתי = confirm 2027-01-17T16:30
  בהחלט = confirm 2027-01-17T16:30
  בהחלט לא = reject
  חד משמעית כן = confirm 2027-01-17T16:30
  בשום אופן לא = reject
  אין מצב = reject
  יש מצב = undecided
  כן יש מצב = confirm 2027-01-17T16:30
  ודאי = confirm 2027-01-17T16:30
  כמובן = confirm 2027-01-17T16:30
  כמובן שלא = reject
  חלילה לא = reject
  ברצון = confirm 2027-01-17T16:30
  אני בפנים = confirm 2027-01-17T16:30
  אני מגיעה = confirm 2027-01-17T16:30
  נהיה שם = confirm 2027-01-17T16:30
  מאשר הגעה = confirm 2027-01-17T16:30
  אישרתי = confirm 2027-01-17T16:30
  קיבלתי תודה = confirm 2027-01-17T16:30
  טוב תודה = confirm 2027-01-17T16:30
  אוקי = confirm 2027-01-17T16:30
  אוקיי מצוין תודה רבה = confirm 2027-01-17T16:30
  yes = confirm 2027-01-17T16:30
  yes please = confirm 2027-01-17T16:30
  no thanks = reject
  sure = confirm 2027-01-17T16:30
  maybe = undecided
  👌 = confirm 2027-01-17T16:30
  🙏 = none
  👎 = reject
  לא אמרתי שכן = none
  לא אמרתי לא = undecided
  לא, כן, בסדר = confirm 2027-01-17T16:30
  אה לא, דווקא כן = confirm 2027-01-17T16:30
  כן בעצם לא = reject
  בעצם כן = confirm 2027-01-17T16:30
  אולי כן אולי לא = undecided
  פיפטי פיפטי = undecided
  תלוי = undecided
  תלוי בעבודה = undecided
  לא יודע אם אספיק = undecided
  אני צריך לשאול את הבוס = undecided
  אשאל את בעלי ואחזור = undecided
  אין לי מושג = undecided
  קשה לי להגיד = undecided
  אם הכל יהיה בסדר אז כן = undecided
  בעיקרון כן = confirm 2027-01-17T16:30
  עקרונית מתאים = confirm 2027-01-17T16:30
  לא סגור = undecided
  לא ב100 אחוז = undecided
  נדבר = undecided
  נהיה בקשר = none
  דיברנו = none
  הבנתי = none
  מה אמרת? = none
  לא שמעתי = none
  לא הבנתי = none
  אפשר לחזור על זה? = none
  כמה זמן זה לוקח? = none
  אפשר לשלם באשראי? = none
  כן מה הכתובת? = confirm 2027-01-17T16:30
  כן אבל אפשר קצת יותר מאוחר? = constraint day 2027-01-17 from 16:30
  כן רק לא באותו יום = reject
  סבבה ראשון בארבע וחצי = confirm 2027-01-17T16:30
  בארבע וחצי לא יכול = reject
  ראשון לא טוב לי = constraint not 0
  ראשון קשה = constraint not 0
  אני בעבודה בשעה הזו = none
  אין לי בייביסיטר = none
`,
);

sayings(
  "Wednesday morning",
  "2027-01-13T09:40:00+02:00",
  {},
  `
  כן = confirm
  לא = reject
  לא תודה = reject
  אולי = undecided
  סבבה = confirm
  עזוב, אני אתקשר אחר כך = undecided
  היי = none
  שלום, מדבר אבי = none
`,
);

sayings(
  "Wednesday morning, asked for the hour",
  "2027-01-13T09:40:00+02:00",
  { pending: { date: "2027-01-18" }, asked: "time" },
  `
  כן = ask time
  לא = reject
  סבבה בארבע = at 2027-01-18T16:00
  לא משנה לי = open
  לא יודעת, מה יש? = undecided
`,
);

sayings(
  "Wednesday morning, with a pending slot",
  "2027-01-13T09:40:00+02:00",
  { pending: { date: "2027-01-18", time: "11:00" } },
  `
  כן בטח = confirm 2027-01-18T11:00
  לא, עדיף בתשע = at 2027-01-18T09:00
  בסדר = confirm 2027-01-18T11:00
  אממ לא = reject
`,
);

sayings(
  "Wednesday morning, with a meeting booked",
  "2027-01-13T09:40:00+02:00",
  { appointment: "2027-01-14T17:00" },
  `
  כן אני אגיע = confirm
  מאשר = confirm
  לא אגיע = cancel 2027-01-14T17:00
  אני לא מבטל = none
  לא רוצה לבטל = none
  לצערנו נאלצים לוותר על התור = cancel 2027-01-14T17:00
`,
);

sayings(
  "Wednesday morning, after an offer of 2",
  "2027-01-13T09:40:00+02:00",
  { offered: ["2027-01-17T10:00", "2027-01-18T16:30"] },
  `
  כן בטח = ask which
  לא זה ולא זה = reject
  אף אחת מהן = reject
  שתיהן טובות = ask which
  כן הראשונה = choose 0 2027-01-17T10:00
  סבבה האופציה הראשונה נשמעת אחלה = choose 0 2027-01-17T10:00
  מה שמוקדם יותר = choose 0 2027-01-17T10:00
`,
);
