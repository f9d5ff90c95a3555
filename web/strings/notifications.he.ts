import { words } from "../language.ts";

export const he = {
  title: "התראות",
  unread: (count: number) => (count === 1 ? "אחת חדשה" : `${count} חדשות`),
  markAll: "סימון הכול כנקרא",
  isNew: "חדש",
  push: {
    label: "התראות במכשיר הזה, גם כשהמערכת סגורה",
    test: "שליחת ניסיון",
    sent: (devices: number) => (devices === 1 ? "נשלח למכשיר אחד" : `נשלח ל-${devices} מכשירים`),
    nobody: "המכשיר הזה כבר לא רשום. כדאי לכבות ולהדליק שוב.",
    refused: "שירות ההתראות של הדפדפן לא ענה. כדאי לנסות שוב.",
    denied: "הדפדפן חוסם התראות מהאתר הזה. אפשר לשנות את זה בהגדרות האתר בדפדפן.",
    unsupported: "הדפדפן הזה לא יודע לקבל התראות כשהמערכת סגורה.",
    needs_install: "כדי לקבל התראות באייפון: שיתוף, ואז הוספה למסך הבית.",
  },
  empty: { title: "אין התראות", text: "כשלקוח יבקש נציג, משימה תגיע למועד או הוואטסאפ יתנתק, זה יופיע כאן." },
};

export const notificationWords = words(he, () => import("./notifications.en.ts"));
