import { sayings } from "./testing/sayings.ts";

// What a word can mean beside its first meaning, and in which sentences it keeps that one.

const now = "2027-05-26T10:45:00+03:00";

sayings(
  "an ordinal behind a thing counts it when a day follows",
  now,
  {},
  `
  טיפול ראשון לרביעי = day 2027-06-02
  שיעור שלישי ביום שני בארבע = at 2027-05-31T16:00
  תור שני לשלישי באחת עשרה = at 2027-06-01T11:00
  תור שני בעשר = at 2027-05-31T10:00
  תספורת שני בעשר = at 2027-05-31T10:00
  פגישה שני או שלישי = ask which,date,time
  להזיז תספורת שני לרביעי = move to day 2027-06-02T00:00
  ה 3 ליוני = day 2027-06-03
  `,
);

sayings(
  "a day that is named in passing",
  now,
  {},
  `
  גם שישי טוב לי אבל לא מוקדם = day 2027-05-28
  גם שני וגם שלישי טוב = ask which,date,time
  יש לי גם שני ילדים = none
  גם ראשון לציון מתאים = none
  `,
);

sayings(
  "another stretch of hours is asked about",
  now,
  {},
  `
  בין תשע לעשר או בין שתיים לשלוש מחר = ask which,time
  מחר 10-12 או 16-18 = ask which,time
  מחר בין 10 ל 12 או ביום ראשון = ask which,date,time
  מחר בין תשע לעשר בערך או משהו כזה = from 2027-05-27T09:00 to 10:00
  `,
);

sayings(
  "after midnight, and before the end",
  now,
  {},
  `
  באחת אחרי חצות = hour 01:00
  מחר בשתיים אחרי חצות = ask date
  אחרי חצות = constraint from 00:00
  בעשר בערב לא אחרי חצות = hour 22:00
  לפני סוף החודש = constraint to 2027-05-31
  לפני סוף יוני = constraint to 2027-06-30
  עד סוף החודש = constraint to 2027-05-31
  לפני תחילת החודש = constraint to 2027-05-31
  `,
);

sayings(
  "to whom something is told, and what is said twice",
  now,
  {},
  `
  תגיד ליוני שאני מחכה = none
  תמסור לשני שהתקשרתי = none
  תקבע ליוני = month 2027-06-01
  תעביר לשני = move to day 2027-05-31T00:00
  ביום שני אה לא לא בשלישי בתשע = at 2027-06-01T09:00
  לא לא ביום שלישי = constraint not 2
  ביום שני לא לא יכול = constraint not 1
  `,
);

sayings(
  "a condition before the yes",
  now,
  { offered: ["2027-06-01T17:00"] },
  `
  אם אני אצא מוקדם מהעבודה אז כן = undecided
  כן אם אפשר = confirm 2027-06-01T17:00
  ואפשר לבטל אם צריך, כן? = none
  ומה עם רביעי = day 2027-06-02
  `,
);

sayings(
  "a day of the week left out",
  now,
  {},
  `
  כל השבוע חוץ משני = constraint not 1
  שבוע הבא חוץ מרביעי = constraint not 3
  שבוע הבא לא לפני יום שלישי = week 2027-05-30
  שבוע הבא ביום שני לא שלישי = day 2027-05-31
  שבוע הבא אחרי ארבע חוץ מרביעי = constraint from 16:00
  `,
);

sayings(
  "what was due, when one is free, and opening hours",
  now,
  {},
  `
  המשלוח היה אמור להגיע ביום שלישי = none
  התור שלי היה אמור להיות ביום ראשון = day 2027-05-30
  הייתי אמורה להגיע ביום ראשון = day 2027-05-30
  אני גומר לעבוד בארבע = constraint from 16:00
  באיזה שעות אתם עובדים = none
  באיזה שעות אתם פנויים = open
  איזה שעות יש לכם = open
  `,
);

sayings(
  "a number behind its label, asked for the day",
  now,
  { pending: { time: "16:00" }, asked: "date" },
  `
  הבן בן שלוש = none
  קומה שלוש = none
  כיתה ב = none
  ב 20 = at 2027-06-20T16:00
  20 = at 2027-06-20T16:00
  `,
);

sayings(
  "the one after",
  now,
  {},
  `
  לא בשבוע הקרוב אלא בזה שאחריו = week 2027-05-30
  לא שלישי הקרוב זה שאחריו = day 2027-06-08
  שלישי הקרוב או זה שאחריו = ask which,date,time
  זה שאחריו = none
  `,
);

sayings(
  "this week's or the next's, after an offer and said on a Saturday",
  "2027-05-29T20:45:00+03:00",
  { offered: ["2027-06-01T17:00"] },
  `
  זה שלישי הזה או הבא = ask date
  שלישי הזה או בשבוע הבא = ask date
  שלישי הזה = confirm 2027-06-01T17:00
  שלישי הבא = confirm 2027-06-01T17:00
  שלישי הזה או רביעי = ask which,date,time
  `,
);
