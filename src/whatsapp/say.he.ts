const noAnswer = "וואטסאפ לא ענה, גם אחרי כמה ניסיונות.";
const notReached = "וואטסאפ לא מצא את הטלפון של הלקוח.";

/** What WhatsApp adds in words: descriptions of what is no text, sentences to customers, lines behind the bell. */
export const say = {
  kinds: {
    voice: "[הודעה קולית]",
    audio: "[קובץ שמע]",
    image: "[תמונה]",
    video: "[סרטון]",
    document: "[קובץ]",
    sticker: "[מדבקה]",
    location: "[מיקום]",
    contact: "[איש קשר]",
    unreadable: "[הודעה שעדיין לא ניתן לקרוא. היא תתעדכן כשהטלפון של הלקוח ישלח אותה שוב]",
    viewOnce: "[תמונה, סרטון או הודעה קולית לצפייה חד־פעמית. אפשר לפתוח רק בטלפון של העסק]",
    unknown: "[הודעה מסוג שאינו מוכר]",
    template: "[תבנית]",
  },
  removed: "[ההודעה נמחקה]",
  cut: (chars: number): string => `\n[ההודעה נחתכה. היו בה ${chars} תווים]`,
  refusedFile: {
    too_large: "[הקובץ לא נשמר: הוא גדול מדי]",
    over_quota: "[הקובץ לא נשמר: נגמר המקום של העסק לקבצים]",
    over_share: "[הקובץ לא נשמר: הלקוח שלח כבר קבצים רבים מדי]",
    wrong_type: "[הקובץ לא נשמר: תוכנו אינו מה שכתוב עליו]",
    not_allowed: "[הקובץ לא נשמר: קבצים מסוג זה אינם מתקבלים]",
    gone: "[הקובץ כבר לא נמצא בוואטסאפ]",
    failed: "[הקובץ לא הגיע]",
  },
  /** W7 gives this one word for word. */
  down: "חיבור הוואטסאפ של העסק נותק. התחבר מחדש מלשונית הוואטסאפ.",
  failed: "הודעת וואטסאפ לא נשלחה",
  unknownEnd: {
    title: "לא ידוע אם הודעת וואטסאפ נשלחה",
    body: "וואטסאפ לא אישר שקיבל אותה. לפני ששולחים שוב כדאי לבדוק בטלפון של העסק או לשאול את הלקוח.",
  },
  restricted: "וואטסאפ הגביל פתיחת שיחות חדשות מהמספר של העסק",
  lateTask: "הודעות וואטסאפ שהגיעו כשהמערכת לא פעלה ומחכות לתשובה",
  unansweredTask: "הודעת וואטסאפ מחכה לתשובה של אדם",
  optedOut: "הוסרת. לא נשלח יותר הודעות. לחזרה אפשר לכתוב: חזרה",
  optedIn: "חזרנו. אפשר לכתוב לנו כאן.",
  apology: "קיבלנו את ההודעה ויש לנו תקלה רגעית. נחזור אליך בהקדם.",
  budgetSpent: "קיבלנו את ההודעה, תודה. מישהו מהצוות יחזור אליך בהקדם.",
  reminder: (what: string, business: string, when: string): string => `תזכורת: ${what} ב${business}, ${when}.`,
  confirmation: (what: string, business: string, when: string): string => `סיכמנו: ${what} ב${business}, ${when}.`,
  moved: (what: string, business: string, when: string): string => `הפגישה הוזזה: ${what} ב${business}, ${when}.`,
  cancelled: (what: string, business: string, when: string): string =>
    `הפגישה בוטלה: ${what} ב${business}, ${when}. אפשר לכתוב כאן כדי לקבוע זמן אחר.`,
  meeting: "פגישה",
  /** Why a customer was not told of something by WhatsApp. */
  notTold: {
    never_wrote: "לא נשלח ללקוח: הוא עוד לא כתב לעסק בוואטסאפ.",
    not_allowed: "לא נשלח ללקוח: הוא ביקש לא לקבל הודעות, או שוואטסאפ הגביל את המספר.",
    no_template: "לא נשלח ללקוח: עברו 24 שעות מההודעה האחרונה שלו, ואין תבנית מאושרת. אפשר לבחור אחת בערוצים.",
  },
  /** Why a message did not go out, by its code. */
  reasons: {
    window_closed: "עברו 24 שעות מההודעה האחרונה של הלקוח. עכשיו אפשר לשלוח לו רק תבנית מאושרת.",
    not_on_whatsapp: "למספר הזה אין וואטסאפ.",
    opted_out: "הלקוח ביקש לא לקבל הודעות.",
    reach_out_lock: "וואטסאפ הגביל את המספר של העסק.",
    too_late: "ההודעה על הפגישה חיכתה בתור עד שכבר היה מאוחר מדי לשלוח אותה.",
    withheld: "וואטסאפ החליט לא להעביר את התבנית ללקוח הזה.",
    unsupported: "תבניות נשלחות רק דרך Twilio.",
    no_public_address: "אין למערכת כתובת ציבורית שממנה Twilio יכול לקחת את הקובץ.",
    rate_limited: "נשלחו יותר מדי הודעות בזמן קצר.",
    no_devices: notReached,
    stale_devices: notReached,
    ack_timeout: noAnswer,
    connection_lost: noAnswer,
    no_answer: noAnswer,
    no_connection: noAnswer,
    send_failed: noAnswer,
  } as Readonly<Record<string, string>>,
  /** Of a code without words: the number that WhatsApp or Twilio gave; null = it gave none. */
  otherReason: (figure: string | null): string =>
    figure === null ? "הסיבה לא ידועה." : `תקלה ${figure}. אפשר למסור את המספר לתמיכה.`,
} as const;
