import { sayings } from "./testing/sayings.ts";

// A meeting stands: what is only asked, thought of, told or passed on neither cancels nor moves it.

sayings(
  "Sunday morning, with a meeting booked",
  "2027-01-10T09:30:00+02:00",
  { appointment: "2027-01-13T11:00" },
  `
  אני רוצה לבטל את התור של רביעי = cancel 2027-01-13T11:00
  אפשר לבטל לי את הפגישה בבקשה? = cancel 2027-01-13T11:00
  רציתי לבטל את הפגישה = cancel 2027-01-13T11:00
  הילד חולה אז לא נגיע = cancel 2027-01-13T11:00
  איך מבטלים תור? = none
  כמה זמן לפני אפשר לבטל = none
  אם אבטל יש קנס? = none
  אם לא אגיע צריך להודיע? = none
  אפשר יהיה לבטל אם צריך? = none
  חשבתי לבטל אבל בסוף אני באה = confirm
  רציתי לבטל אבל בסוף אני כן מגיעה = confirm
  אולי אבטל = undecided
  כנראה שלא אגיע = undecided
  ביטלתי תור במקום אחר = none
  למה התור שלי מבוטל? = none
  לא אגיע לפני שתים עשרה = constraint from 12:00
  אני לא מגיעה לבד = none
  אפשר להעביר? = move
  אפשר לשנות תאריך? = move
  להעביר את הטיפול ליום חמישי = move to day 2027-01-14T00:00
  תעבירי אותי לרביעי בשלוש = move to 2027-01-13T15:00
  תעבירי אותי למנהל = none
  תעבירו לי קישור = none
  אפשר להעביר תשלום בביט? = none
  אני רוצה לשנות את השם בתור = none
  להחליף מספר טלפון = none
`,
);
