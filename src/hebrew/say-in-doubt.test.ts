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
