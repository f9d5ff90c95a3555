import { sayings } from "./testing/sayings.ts";

const now = "2027-05-29T20:45:00+03:00";
const offer = { offered: ["2027-06-01T17:00"] };

sayings(
  "a yes of somebody who was called, has to wait or wants to know first",
  now,
  offer,
  `
  כן זה דנה מדברת = none
  כן מדבר יוסי = none
  הלו כן = none
  הלו כן מי זה = none
  כן שלום מי זו = none
  כן מה = none
  כן דברי = none
  כן אני על הקו = none
  כן רגע אני בדרך החוצה = none
  כן שנייה אני נוהגת = none
  כן כמה זה עולה = none
  `,
);

sayings(
  "a yes beside the same words that still agrees",
  now,
  offer,
  `
  הלו כן מתאים = confirm 2027-06-01T17:00
  הלו כן תקבעי לי = confirm 2027-06-01T17:00
  כן רגע כן = confirm 2027-06-01T17:00
  כן רגע תרשמי לי = confirm 2027-06-01T17:00
  כן רגע ביום שלישי זה מצוין = confirm 2027-06-01T17:00
  כן תגידי שאני מגיעה = confirm 2027-06-01T17:00
  כן מה הכתובת = confirm 2027-06-01T17:00
  כן מי שיבוא יהיה בעלי = confirm 2027-06-01T17:00
  כן למה לא = confirm 2027-06-01T17:00
  כן על שמי = confirm 2027-06-01T17:00
  כן זו שעה טובה = confirm 2027-06-01T17:00
  `,
);

sayings(
  "both answers, or less than certainty",
  now,
  offer,
  `
  כן או לא אני לא יודע = undecided
  כן ולא = undecided
  גם כן וגם לא = undecided
  אז לא או כן = undecided
  אני לא אומרת לא אבל גם לא כן = undecided
  לא אני לא יודעת = undecided
  לא מאה אחוז סגור על זה = undecided
  לא ממש בטוח = undecided
  לא עד הסוף בטוחה = undecided
  `,
);

sayings(
  "a yes and a no of which one counts",
  now,
  offer,
  `
  לא, כן = confirm 2027-06-01T17:00
  כן, לא = reject
  גם כן = confirm 2027-06-01T17:00
  לי זה גם כן מתאים = confirm 2027-06-01T17:00
  כן ולא אכפת לי = confirm 2027-06-01T17:00
  כן לא בעיה = confirm 2027-06-01T17:00
  לא לגמרי מתאים = reject
  לא ממש = reject
  סגור סגור = confirm 2027-06-01T17:00
  `,
);

sayings(
  "what is denied or asked beside the answer",
  "2027-03-10T12:05:00+02:00",
  { offered: ["2027-03-14T09:30"] },
  `
  לא שומעים אותך = none
  לא מכירה אתכם = none
  כן את בסדר אבל תעני לי כמה זה עולה = undecided
  סבבה אבל כמה זה עולה = undecided
  לא מעניין אותי = reject
  לא תודה לך = reject
  כן אבל תשלחו תזכורת = confirm 2027-03-14T09:30
  כן אבל בעשר = at 2027-03-14T10:00
  יקר אבל בסדר = confirm 2027-03-14T09:30
  `,
);

sayings(
  "what is surely so is no yes",
  now,
  offer,
  `
  בטח אתם עמוסים = none
  בטח יש לכם חניה = none
  בטח כל הילדים שם צורחים = none
  בטח תגידי שאין לכם מקום = none
  בטח = confirm 2027-06-01T17:00
  בטח תרשמי אותי = confirm 2027-06-01T17:00
  בטח אני אגיע = confirm 2027-06-01T17:00
  בטח חביבי = confirm 2027-06-01T17:00
  בטח תשלחו לי אישור = confirm 2027-06-01T17:00
  בטח, תשלחו לי אישור = confirm 2027-06-01T17:00
  `,
);
