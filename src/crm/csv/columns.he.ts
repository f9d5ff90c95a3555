import type { LeadSource } from "../../db/schema/lead.ts";

/** What a column may hold. `skip` = nothing of ours. */
export const columnFields = [
  "name",
  "first_name",
  "last_name",
  "phone",
  "status",
  "source",
  "note",
  "id",
  "skip",
] as const;
export type ColumnField = (typeof columnFields)[number];

/** Words over a column, as people and other programs write them; compared without case and signs. */
const words: Record<Exclude<ColumnField, "skip">, readonly string[]> = {
  name: [
    "שם",
    "שם מלא",
    "שם לקוח",
    "שם הלקוח",
    "לקוח",
    "איש קשר",
    "name",
    "full name",
    "customer",
    "client",
    "contact",
  ],
  first_name: ["שם פרטי", "פרטי", "first name", "given name"],
  last_name: ["שם משפחה", "משפחה", "last name", "surname", "family name"],
  phone: [
    ...["טלפון", "טל", "נייד", "טלפון נייד", "סלולרי", "פלאפון", "מספר", "מספר טלפון", "מס טלפון", "וואטסאפ"],
    ...["phone", "phone number", "mobile", "mobile phone", "cell", "cellphone", "telephone", "tel", "whatsapp"],
  ],
  status: ["סטטוס", "מצב", "שלב", "status", "stage", "state"],
  source: ["מקור", "מקור הגעה", "מקור הליד", "source", "lead source", "origin"],
  note: ["הערה", "הערות", "תיאור", "פירוט", "note", "notes", "comment", "comments", "remarks", "description"],
  id: ["מזהה", "id"],
};
const fieldByWord = new Map(
  Object.entries(words).flatMap(([field, all]) => all.map((word) => [word, field as ColumnField] as const)),
);

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/["'׳״`*:.()[\]]/g, "")
    .replace(/[\s_\-־/]+/g, " ")
    .trim();

/** What the column under this header holds. */
export const fieldOf = (header: string): ColumnField => fieldByWord.get(plain(header)) ?? "skip";

/** Headers of an exported file, in its order. Reading it again finds the columns by them. */
export const exportHeaders = {
  he: ["שם", "טלפון", "טלפונים נוספים", "סטטוס", "מקור", "הערות", "נוצר", "פעילות אחרונה", "מזהה"],
  en: ["Name", "Phone", "More phones", "Status", "Source", "Notes", "Created", "Last active", "Id"],
} as const;
export type ExportLanguage = keyof typeof exportHeaders;

/** Sources as an exported file spells them. */
export const sourceLabels: Record<ExportLanguage, Record<LeadSource, string>> = {
  he: {
    call: "שיחה",
    whatsapp: "וואטסאפ",
    staff: "צוות",
    import: "ייבוא",
    website: "אתר",
    campaign: "קמפיין",
    referral: "המלצה",
    other: "אחר",
  },
  en: {
    call: "Call",
    whatsapp: "WhatsApp",
    staff: "Staff",
    import: "Import",
    website: "Website",
    campaign: "Campaign",
    referral: "Referral",
    other: "Other",
  },
};
const sourceByLabel = new Map(
  Object.values(sourceLabels).flatMap((labels) =>
    Object.entries(labels).map(([source, label]) => [plain(label), source as LeadSource] as const),
  ),
);

/** Undefined for words that name none of our sources. */
export const sourceOf = (text: string): LeadSource | undefined => sourceByLabel.get(plain(text));
