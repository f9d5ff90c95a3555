import { sayings } from "./testing/sayings.ts";

// Lines with a yes or an offered day in them that agree to nothing: each booked the offer before these rules.

sayings(
  "Sunday morning, after one offer",
  "2027-01-10T09:30:00+02:00",
  { offered: ["2027-01-12T16:30"] },
  `
  אם זה לא יקר אז כן = undecided
  כן, בתנאי שזה בזום = undecided
  כן אם זה בזום = undecided
  כן כל עוד זה לא כואב = undecided
  כן, בהנחה שהמחיר לא השתנה = undecided
  שלישי מתאים אם יש חניה = ask which
  שלישי בארבע וחצי אם יש חניה = undecided
  כן, גם אם יורד גשם = confirm 2027-01-12T16:30
  הגעתי לפני חצי שעה ואין אף אחד = none
  כן, אם אפשר = confirm 2027-01-12T16:30
  כן אם זה בסדר = confirm 2027-01-12T16:30
  מה זה כן = none
  אמרתי כן למישהו אחר = none
  לא אמרתי כן = none
  אז זה כן פנוי? = none
  כן? מה? = none
  למה לא? = confirm 2027-01-12T16:30
  תן לי שנייה = undecided
  נגיע שלושה = none
  כן יש חניה? = confirm 2027-01-12T16:30
  כן שמעתי אותך = none
  כן אני כאן = none
  כן שנייה רושמת = confirm 2027-01-12T16:30
  כן דקה אני כותב = confirm 2027-01-12T16:30
  כן זה מדבר אליי = confirm 2027-01-12T16:30
  כן כמה טוב = confirm 2027-01-12T16:30
  כן כמה נוח = confirm 2027-01-12T16:30
  כן לא הבנתי = none
  כן כן שמעתי, אני חושבת = undecided
  כן אני חושבת = confirm 2027-01-12T16:30
  שלישי אבל מאוחר יותר = constraint day 2027-01-12 from 16:30
  ביום שלישי אבל יותר מוקדם = constraint day 2027-01-12 to 16:30
  שלישי אבל שעה יותר מאוחר = at 2027-01-12T17:30
  שלישי אבל לא בארבע וחצי = reject
  ארבע וחצי אבל לא בשלישי = constraint not 2
  ארבע וחצי אבל ביום אחר = reject
  ארבע וחצי? מוקדם = ask which
  מה יש בשלישי? = ask which
  למה דווקא בשלישי? = ask which
  בשלישי אני עובדת = ask which
  שלישי בארבע וחצי = at 2027-01-12T16:30
  שלישי בארבע וחצי מעולה = confirm 2027-01-12T16:30
  שלישי בארבע וחצי יש לי רופא = ask which
  שלישי בארבע וחצי אני בפגישה = constraint not 2
  עדיף יום שלישי באותה שעה = at 2027-01-12T16:30
  שלישי, לא רביעי = confirm 2027-01-12T16:30
`,
);

sayings(
  "Sunday morning, after three offers",
  "2027-01-10T09:30:00+02:00",
  { offered: ["2027-01-12T10:00", "2027-01-13T17:00", "2027-01-14T12:30"] },
  `
  רביעי = choose 1 2027-01-13T17:00
  רביעי בחמש = at 2027-01-13T17:00
  רביעי, אבל מאוחר יותר = constraint day 2027-01-13 from 17:00
  רביעי אבל לא בחמש = reject
  השני אם זה לא יקר = undecided
  אם אין משהו אחר אז השני = choose 1 2027-01-13T17:00
`,
);

sayings(
  "Wednesday evening, after two offers",
  "2027-02-24T20:40:00+02:00",
  { offered: ["2027-02-25T11:00", "2027-02-28T19:00"] },
  `
  יום ראשון בשבע = choose 1 2027-02-28T19:00
  ראשון בשבע, לא מחר = choose 1 2027-02-28T19:00
  יום ראשון בשמונה = ask ampm
  בראשון בשבע אני בעבודה = constraint not 0
  יום שני בשבע = ask ampm
`,
);
