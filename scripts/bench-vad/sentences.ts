/**
 * What the bench's people say. espeak-ng reads unpointed Hebrew without vowels, which no caller does, so the Hebrew lines
 * are given in its phoneme notation (' = stress, Q" = resh, X = het and khaf, S = shin, ts = tsadi, ? = glottal stop).
 */
const spoken = (phonemes: string): string =>
  phonemes.replaceAll("r", 'Q"').replace(/[^,.]+/g, (part) => `[[${part.trim()}]]`);

/** Callers, by espeak-ng language: from one word to a long sentence. */
export const SENTENCES = {
  he: [
    "Sal'om, an'i rots'e likb'oa pgiS'a", // שלום, אני רוצה לקבוע פגישה
    "k'ama ol'e tip'ul riS'on", // כמה עולה טיפול ראשון
    "maX'ar be?arb'a vaX'etsi ?efS'ar", // מחר בארבע וחצי אפשר
    "r'ega, r'ega, lo hev'anti", // רגע, רגע, לא הבנתי
    "?efS'ar ledab'er im ben ad'am bevakaS'a", // אפשר לדבר עם בן אדם בבקשה
    "kor'im li d'ani k'ohen va?an'i gar birX'ov h'ertsel Sva esr'e betel av'iv",
    "hat'elefon Sel'i hu ?'efes Xam'eS St'ajim, Sal'oS ?'arba Xam'eS, SeS S'eva Sm'one t'eSa",
    "lo, ze lo mat'im li", // לא, זה לא מתאים לי
    "at'em ptuX'im bej'om SiS'i bab'oker", // אתם פתוחים ביום שישי בבוקר
    "tod'a rab'a, lehitra?'ot", // תודה רבה, להתראות
    "an'i mitkaS'er legab'ej hatsa?'at hamX'ir SeSlaXt'em li baSav'ua Se?av'ar",
    "jeS laX'em Xanaj'a lej'ad hamisr'ad", // יש לכם חניה ליד המשרד
    "ta?ats'or bevakaS'a", // תעצור בבקשה
    "hal'o", // הלו
    "hal'o, Som?'im ot'i", // הלו, שומעים אותי
    "an'i tsar'iX SemiS'ehu jaXaz'or el'aj haj'om lifn'ej Xam'eS",
    "jeS li nezil'a bamitb'aX veze dej daX'uf", // יש לי נזילה במטבח וזה די דחוף
    "ma S?'ot hape?il'ut SelaX'em", // מה שעות הפעילות שלכם
    "lo tod'a", // לא תודה
    "bes'eder gam'ur, az nikb'a lej'om SliS'i be'eser bab'oker", // בסדר גמור, אז נקבע ליום שלישי בעשר בבוקר
    "sliX'a, ?efS'ar laXz'or al ze", // סליחה, אפשר לחזור על זה
    "an'i rots'e levat'el et hat'or Sel'i", // אני רוצה לבטל את התור שלי
    "ha?'im at'em mekabl'im taSl'um be?aSr'aj", // האם אתם מקבלים תשלום באשראי
    "hab'en Sel'i tsar'iX bdik'a ets'el rof'e Sin'ajim", // הבן שלי צריך בדיקה אצל רופא שיניים
    "ken, bedij'uk k'aXa", // כן, בדיוק ככה
    "?'ejfo at'em nimtsa?'im", // איפה אתם נמצאים
  ].map(spoken),
  "en-us": [
    "Hello, can I book an appointment for tomorrow?",
    "No, wait a second please",
    "How much does it cost?",
    "I would like to talk to a real person",
    "My number is zero five two, three four five, six seven eight nine",
    "Stop",
  ],
  ru: [
    "Здравствуйте, я хочу записаться на приём",
    "Сколько это стоит?",
    "Нет, подождите, пожалуйста",
    "Можно поговорить с человеком?",
    "Вы работаете в пятницу утром?",
  ],
  ar: ["مرحبا، أريد أن أحجز موعدا", "كم السعر؟", "لا، انتظر من فضلك", "هل أنتم مفتوحون يوم الجمعة؟", "شكرا جزيلا"],
} as const;

/** Shorter than a turn, the listener goes on listening: כן, אהה, אוקיי, הממ, כן כן, אה. */
export const BACKCHANNELS: readonly string[] = ["k'en", "?ah'a", "ok'ej", "hm'm", "ken k'en", "?'a"].map(spoken);

/** What the assistant says while callers interrupt. */
export const ANSWERS: readonly string[] = [
  "Sal'om, higa?t'em lemirpe?'at haSin'ajim Sel d'oktor lev'i, an'i ha?oz'eret hadigit'alit ve?esm'aX la?az'or laX'em likb'oa tor ?o la?an'ot al kol Se?el'a",
  "hatip'ul hariS'on kol'el bdik'a makif'a, tsil'um vetoXn'it tip'ul mesud'eret, vehamX'ir hu Sloj me?'ot vaXamiS'im Skal'im, ?efS'ar leSal'em be?aSr'aj ?o beha?avar'a",
  "bej'om SliS'i jeS li Sa?'ot pnuj'ot bet'eSa, be?aXat esr'e uvr'eva leSal'oS, bej'om revi?'i ?efS'ar lehag'ia me?'arba ?aX'ar hatsohor'ajim ve?'ad S'eva ba?'erev",
  "hamisr'ad nimts'a birX'ov ?ib'en gvir'ol ?arba'im uSt'ajim, kom'a SliS'it, jeS Xanaj'a mit'aXat labinj'an, vehaknis'a hi meharX'ov hatsdad'i lej'ad bejt hakaf'e",
  "raS'amti et hapraT'im SelaX'em va?an'i ma?av'ira ot'am ?aXS'av lats'evet, miS'ehu jaXz'or elejX'em haj'om ad haSa?'a Xam'eS, ve?'im jeS m'aSehu daX'uf ?efS'ar liXt'ov l'anu bev'otsap",
].map(spoken);
