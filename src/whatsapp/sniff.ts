/** What a file is, by its first bytes. */
export interface Sniffed {
  mimeType: string;
  /** What it may be sent as. */
  family: "image" | "video" | "audio" | "document";
  ending: string;
}

const ascii = (head: Uint8Array, from: number, to: number): string =>
  Buffer.from(head.subarray(from, to)).toString("latin1");
const starts = (head: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte);

const known: readonly [matches: (head: Uint8Array) => boolean, Sniffed][] = [
  [(head) => starts(head, 0xff, 0xd8, 0xff), { mimeType: "image/jpeg", family: "image", ending: "jpg" }],
  [(head) => ascii(head, 0, 8) === "\x89PNG\r\n\x1a\n", { mimeType: "image/png", family: "image", ending: "png" }],
  [(head) => /^GIF8[79]a/.test(ascii(head, 0, 6)), { mimeType: "image/gif", family: "image", ending: "gif" }],
  [
    (head) => ascii(head, 0, 4) === "RIFF" && ascii(head, 8, 12) === "WEBP",
    { mimeType: "image/webp", family: "image", ending: "webp" },
  ],
  [
    (head) => ascii(head, 4, 8) === "ftyp" && /^(heic|heix|mif1|msf1|hevc)/.test(ascii(head, 8, 12)),
    { mimeType: "image/heic", family: "image", ending: "heic" },
  ],
  [(head) => ascii(head, 0, 4) === "OggS", { mimeType: "audio/ogg", family: "audio", ending: "ogg" }],
  [
    (head) => ascii(head, 4, 8) === "ftyp" && /^M4A/.test(ascii(head, 8, 12)),
    { mimeType: "audio/mp4", family: "audio", ending: "m4a" },
  ],
  [
    (head) => ascii(head, 0, 3) === "ID3" || (head[0] === 0xff && (head[1]! & 0xe6) === 0xe2),
    { mimeType: "audio/mpeg", family: "audio", ending: "mp3" },
  ],
  [(head) => head[0] === 0xff && (head[1]! & 0xf6) === 0xf0, { mimeType: "audio/aac", family: "audio", ending: "aac" }],
  [(head) => ascii(head, 0, 5) === "#!AMR", { mimeType: "audio/amr", family: "audio", ending: "amr" }],
  [
    (head) => ascii(head, 0, 4) === "RIFF" && ascii(head, 8, 12) === "WAVE",
    { mimeType: "audio/wav", family: "audio", ending: "wav" },
  ],
  [
    (head) => ascii(head, 4, 8) === "ftyp" && /^3g/.test(ascii(head, 8, 12)),
    { mimeType: "video/3gpp", family: "video", ending: "3gp" },
  ],
  [(head) => ascii(head, 4, 8) === "ftyp", { mimeType: "video/mp4", family: "video", ending: "mp4" }],
  [(head) => starts(head, 0x1a, 0x45, 0xdf, 0xa3), { mimeType: "video/webm", family: "video", ending: "webm" }],
  [(head) => ascii(head, 0, 5) === "%PDF-", { mimeType: "application/pdf", family: "document", ending: "pdf" }],
  [(head) => starts(head, 0x50, 0x4b, 3, 4), { mimeType: "application/zip", family: "document", ending: "zip" }],
  [
    (head) => starts(head, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
    { mimeType: "application/x-ole-storage", family: "document", ending: "doc" },
  ],
];

// Inside a zip or an OLE file the name's ending tells which office format it is; it is a document either way.
const officeEndings: Readonly<Record<string, string>> = {
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
};

/** How many bytes of a file `sniff` looks at. */
export const sniffBytes = 512;

/** What a file is; null for what is not taken: programs, pages, scripts, anything unknown. Pure. */
export function sniff(head: Uint8Array, fileName: string | null): Sniffed | null {
  const found = known.find(([matches]) => head.length > 0 && matches(head))?.[1];
  if (found === undefined) return plainText(head);
  const ending = fileName?.split(".").at(-1)?.toLowerCase() ?? "";
  const office = found.ending === "zip" || found.ending === "doc" ? officeEndings[ending] : undefined;
  return office === undefined ? found : { mimeType: office, family: "document", ending };
}

// Markup and scripts are text as well; a browser must never get the idea to run one.
const active = /<\s*(?:!doctype|html|script|svg|\?xml|body|iframe|head)|^#!|^\s*(?:MZ|@echo)/i;

function plainText(head: Uint8Array): Sniffed | null {
  if (head.length === 0 || head.some((byte) => byte < 9)) return null;
  const text = new TextDecoder("utf-8", { fatal: false }).decode(head);
  const broken = [...text].filter((char) => char === "\ufffd").length;
  if (broken > 1 || active.test(text)) return null;
  return { mimeType: "text/plain", family: "document", ending: "txt" };
}
