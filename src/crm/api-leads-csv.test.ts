import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { member } from "../api/testing/door.ts";
import { newId } from "../base/ids.ts";
import { auditLog } from "../db/schema/audit.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { type CrmRoom, crmRoom } from "./testing/crm-room.ts";

interface Report {
  encoding: string;
  delimiter: string;
  columns: { header: string; field: string }[];
  readable: number;
  duplicates: number;
  problemCount: number;
  problems: { line: number; code: string }[];
  leads: { line: number; name: string | null; phone: string | null; note: string | null; source: string }[];
  added: number;
  known: number;
}
interface Lead {
  name: string | null;
  phones: string[];
  status: string;
  source: string;
}

let db: TestDatabase;
let room: CrmRoom;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
beforeEach(async () => {
  room = await crmRoom(db);
});
afterAll(() => db.drop());

/** Sends a file as it lies on a disk. */
async function send(file: string | Uint8Array<ArrayBuffer> | FormData, query = "", who = room.owner) {
  const answer = await room.send(who, `/api/leads/import${query}`, file);
  const body = (await answer.json()) as Report & { error?: { code: string; message: string; fields?: unknown[] } };
  return { status: answer.status, body };
}
const preview = async (file: string | Uint8Array<ArrayBuffer>, query = "") =>
  (await send(file, `?preview=true${query}`)).body;
const leads = async (who = room.owner) => (await room.json<{ items: Lead[] }>(who, "/api/leads?limit=200")).body.items;
const exported = async (query = "") => {
  const answer = await room.ask(room.owner, `/api/leads/export.csv${query}`);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await answer.arrayBuffer());
  return { answer, text };
};

describe("reading a file", () => {
  const hebrew = "שם,טלפון\nדנה,0501234567\n";
  const windows1255 = Uint8Array.from(
    [...hebrew].map((letter) => {
      const code = letter.charCodeAt(0);
      return code >= 0x5d0 ? code - 0x5d0 + 0xe0 : code;
    }),
  );
  const utf16 = new Uint8Array(Buffer.from(`\ufeff${hebrew}`, "utf16le"));

  test.each<[string, string | Uint8Array<ArrayBuffer>, string]>([
    ["UTF-8", hebrew, "utf-8"],
    ["UTF-8 with its mark", `\ufeff${hebrew}`, "utf-8"],
    ["Windows-1255", windows1255, "windows-1255"],
    ["UTF-16, as Excel's Unicode text", utf16, "utf-16le"],
    ["Windows line ends", hebrew.replaceAll("\n", "\r\n"), "utf-8"],
    ["old Macintosh line ends", hebrew.replaceAll("\n", "\r"), "utf-8"],
    ["no line end at the end", hebrew.trim(), "utf-8"],
  ])("%s", async (_what, file, encoding) => {
    const read = await preview(file);
    expect([read.encoding, read.leads.map(({ name, phone }) => `${name} ${phone}`)]).toEqual([
      encoding,
      ["דנה +972501234567"],
    ]);
  });

  test.each([
    ["commas", 'שם,טלפון,הערה\nדנה,0501234567,"א;ב"\n', ","],
    ["semicolons", "שם;טלפון;הערה\nדנה;0501234567;א, ב, ג\n", ";"],
    ["tabs", "שם\tטלפון\tהערה\nדנה\t0501234567\tא, ב\n", "\t"],
    ["bars", "שם|טלפון\nדנה|0501234567\n", "|"],
  ])("%s", async (_what, file, delimiter) => {
    const read = await preview(file);
    expect([read.delimiter, read.leads[0]?.phone]).toEqual([delimiter, "+972501234567"]);
  });

  test.each([
    ["one column of numbers", "phone\n0501234567\n", "phone"],
    ["English", "Full Name,Mobile Phone,E-mail\nDana,0501234567,a@b.c\n", "name phone skip"],
    ["first and last name", "שם פרטי,שם משפחה,נייד\nדנה,כהן,0501234567\n", "first_name last_name phone"],
    ["case, signs and blanks", ' PHONE_number ,"NAME:"\n0501234567,דנה\n', "phone name"],
    ["abbreviations", "מס' טלפון,שם הלקוח\n0501234567,דנה\n", "phone name"],
  ])("finds the columns: %s", async (_what, file, fields) => {
    const read = await preview(file);
    expect(read.columns.map(({ field }) => field).join(" ")).toBe(fields);
    expect(read.leads[0]?.phone).toBe("+972501234567");
  });

  test("takes columns as they are told", async () => {
    const read = await preview("x,y,z\n0501234567,-,דנה\n", "&columns=phone,skip,name");
    expect(read.leads[0]).toMatchObject({ name: "דנה", phone: "+972501234567" });
  });

  test("a quoted cell of several lines, quotes in it, and lines counted as an editor does", async () => {
    const read = await preview('שם,טלפון,הערה\n"כהן ""דנה""",0501234567,"שורה\nשתיים\n"\n\nרון,abc,\n');
    expect(read.leads[0]).toMatchObject({ line: 2, name: 'כהן "דנה"', note: "שורה\nשתיים" });
    expect(read.problems).toEqual([{ line: 6, code: "phone" }]);
  });

  test.each([
    ["no number", "שם,טלפון\nדנה,abc", "phone"],
    ["a number that a spreadsheet has rounded", "שם,טלפון\nדנה,9.72501E+11", "phone"],
    ["neither name nor number", "שם,טלפון,הערה\n,,שלום", "no_name_or_phone"],
    ["a name of 300 letters", `שם,טלפון\n${"א".repeat(300)},0501234567`, "name_too_long"],
    ["a note of 5000 letters", `שם,הערה\nדנה,${"א".repeat(5_000)}`, "note_too_long"],
    ["a status that is none", "שם,סטטוס\nדנה,בירח", "unknown_status"],
  ])("tells the line with %s", async (_what, file, code) => {
    expect((await preview(file)).problems).toEqual([{ line: 2, code }]);
    expect((await send(file)).body.error).toMatchObject({ code: "invalid", fields: [{ path: "lines.2", code }] });
    expect(await leads()).toEqual([]);
  });

  test.each([
    ["a workbook", Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]), "not_csv"],
    ["quotes that do not close", 'שם,טלפון\n"דנה,0501234567\nרון,0521112233\n', "open_quotes"],
    ["no column that says anything", "x,y\n1,2\n", "no_known_column"],
    ["nothing", "", "no_known_column"],
    ["noise", Uint8Array.from({ length: 3_000 }, (_byte, index) => (index * 7_919) % 251), "no_known_column"],
  ])("%s is refused", async (_what, file, said) => {
    expect(await send(file)).toMatchObject({ status: 422, body: { error: { message: said } } });
  });

  test("too many bytes and too many rows are refused", async () => {
    expect((await send("א".repeat(limits.importBytes))).status).toBe(413);
    expect((await send(`phone\n${"1\n".repeat(limits.importRowsMax + 1)}`)).status).toBe(413);
  });

  test("control characters and marks of direction are taken out, a formula's apostrophe too", async () => {
    const read = await preview("שם,טלפון\n\u202eדנה\u0000\u200f,'+972501234567\n");
    expect(read.leads[0]).toMatchObject({ name: "דנה", phone: "+972501234567" });
  });
});

describe("writing it", () => {
  const file = "שם,טלפון,סטטוס,מקור,הערות\nדנה,050-1234567,בטיפול,המלצה,צבע\nרון,,,,\nדנה שוב,+972501234567,,,\n";

  test("a file becomes leads once, also when it is sent again", async () => {
    const first = await send(file);
    expect(first.body).toMatchObject({ added: 2, known: 0, duplicates: 1 });
    expect((await leads()).find(({ name }) => name === "דנה")).toMatchObject({
      phones: ["+972501234567"],
      status: "in_progress",
      source: "referral",
    });
    expect((await send(file)).body).toMatchObject({ added: 0, known: 2 });
    expect(await leads()).toHaveLength(2);
    const found = await room.json<{ items: Lead[] }>(room.owner, "/api/leads?q=צבע");
    expect(found.body.items.map(({ name }) => name)).toEqual(["דנה"]);
  });

  test("a form with the file does the same", async () => {
    const form = new FormData();
    form.append("file", new File([file], "leads.csv", { type: "text/csv" }));
    expect((await send(form)).body).toMatchObject({ added: 2 });
  });

  test("a customer who is there keeps name and status, and gets what was missing", async () => {
    await room.json(room.owner, "/api/leads", { body: { phone: "0501234567", name: "דנה כהן", status: "won" } });
    await room.json(room.owner, "/api/leads", { body: { phone: "0521112233" } });
    await send("שם,טלפון,סטטוס\nאחרת,0501234567,חדש\nרון,0521112233,חדש\n");
    expect((await leads()).map(({ name, status }) => `${name} ${status}`)).toEqual(["רון new", "דנה כהן won"]);
  });

  test("lines that cannot be read are left out when that is wanted", async () => {
    const { body } = await send("שם,טלפון\nדנה,abc\nרון,0521112233\n", "?skipProblems=true");
    expect(body).toMatchObject({ added: 1, problemCount: 1, problems: [{ line: 2, code: "phone" }] });
  });

  test("a preview and a refused file leave nothing behind", async () => {
    expect(await preview(file)).toMatchObject({ added: 2, known: 0 });
    expect((await send(`${file}x,abc,,,\n`)).status).toBe(422);
    expect(await leads()).toEqual([]);
  });

  test("the same file at once from two windows makes each lead once", async () => {
    const both = await Promise.all([send("phone\n0501234567\n0521112233\n"), send("phone\n0501234567\n0521112233\n")]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await leads()).toHaveLength(2);
    const { rows } = await room.business.run(async ({ tx }) => ({
      rows: await tx.execute(sql`select count(*)::int as n from customers where name is null`),
    }));
    expect(rows[0]?.n).toBe(2);
  });

  test("another business's customers are unknown here", async () => {
    await send("phone\n0501234567\n", "", room.stranger);
    expect((await send("phone\n0501234567\n")).body).toMatchObject({ added: 1, known: 0 });
    expect(await leads(room.stranger)).toHaveLength(1);
  });
});

describe("the exported file", () => {
  test("is UTF-8 with the mark, told to be a download, and reads back as it was", async () => {
    await send('שם,טלפון,סטטוס,הערות\n"דנה, ""הגדולה""",0501234567,בטיפול,"שורה\nשתיים"\nחוץ,+442079460000,,\n');
    const { answer, text } = await exported();
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("Content-Disposition")).toContain("attachment");
    expect(text.charCodeAt(0)).toBe(0xfeff);
    const again = await send(text, "", room.stranger);
    expect(again.body).toMatchObject({ added: 2, problemCount: 0 });
    const essence = (all: Lead[]) => all.map(({ name, phones, status }) => `${name} ${phones} ${status}`).toSorted();
    expect(essence(await leads(room.stranger))).toEqual(essence(await leads()));
  });

  /** Everything that an import could change, as text. */
  const everything = () =>
    room.business.run(async ({ tx, businessId }) => {
      const rows = (table: string) =>
        tx.execute(sql`select to_jsonb(t)::text as row from ${sql.identifier(table)} t
          where business_id = ${businessId} order by id`);
      const tables = ["customers", "customer_identities", "leads", "notes"];
      return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await rows(table)] as const)));
    });
  const anyText = (maxLength: number) => {
    const odd = [
      "=1",
      "+",
      "-",
      "@",
      "'",
      "'=",
      '"',
      ",",
      ";",
      "\t",
      "|",
      "\u200f",
      "דנה",
      "כהן",
      "x",
      " ",
      "0",
      "👩🏽‍🔧",
    ];
    return fc.array(fc.constantFrom(...odd), { minLength: 1, maxLength }).map((parts) => parts.join("").trim() || "x");
  };
  const anyLead = fc.record({
    name: fc.option(fc.oneof(fc.constantFrom("דנה", "רון"), anyText(6)), { freq: 4 }),
    identities: fc.array(
      fc.oneof(
        fc.nat(9_999).map((n) => ["phone", `+97250123${String(n).padStart(4, "0")}`] as const),
        fc.nat(9_999).map((n) => ["phone", `+44207946${String(n).padStart(4, "0")}`] as const),
        fc.nat(9_999).map((n) => ["phone", `+9998${String(n).padStart(4, "0")}`] as const),
        fc.nat(9_999).map((n) => ["lid", `${n}@lid`] as const),
      ),
      { maxLength: 3 },
    ),
    notes: fc.array(
      fc.oneof(
        fc.array(anyText(4), { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n")),
        fc.constantFrom("צבע", "צבע ותספורת", "צבע\r\nפן", "א".repeat(4_000), "👩🏽‍🔧 ".repeat(400)),
      ),
      { maxLength: 4 },
    ),
    status: fc.constantFrom("new", "won", "in_progress"),
    source: fc.constantFrom("call", "referral", "other"),
  });

  // Notes are joined in one cell: a file that went out and came in again noted them all a second time, in one piece.
  test("sent in again changes nothing, whatever names, numbers and notes there are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyLead, { minLength: 1, maxLength: 6 }), async (all) => {
        room = await crmRoom(db);
        await room.business.run(async ({ tx, businessId }) => {
          const taken = new Set<string>();
          for (const { name, identities, notes, status, source } of all) {
            const id = newId();
            await tx.execute(sql`insert into customers (id, business_id, name) values (${id}, ${businessId}, ${name})`);
            for (const [kind, value] of identities.filter(([, value]) => !taken.has(value) && taken.add(value)))
              await tx.execute(sql`insert into customer_identities (id, business_id, customer_id, kind, value)
                values (${newId()}, ${businessId}, ${id}, ${kind}, ${value})`);
            await tx.execute(sql`insert into leads (id, business_id, customer_id, source, status, name)
              values (${newId()}, ${businessId}, ${id}, ${source}, ${status}, ${name})`);
            for (const body of notes)
              await tx.execute(sql`insert into notes (id, business_id, customer_id, body, created_by, author_name)
                values (${newId()}, ${businessId}, ${id}, ${body.slice(0, 4_000)}, 'staff', 'x')`);
          }
        });
        const before = await everything();
        const { body } = await send((await exported()).text, "?skipProblems=true");
        expect(body).toMatchObject({ added: 0 });
        expect(await everything()).toEqual(before);
        // Nobody can be told apart by neither a name nor a number; all others are read.
        expect(body.problems.every(({ code }) => code === "no_name_or_phone")).toBe(true);
      }),
      {
        numRuns: 40,
        examples: [
          [
            [
              {
                name: null,
                identities: [["phone", "+972501230000"]],
                notes: ["\u200f'==1\n=1"],
                status: "new",
                source: "call",
              },
            ],
          ],
        ],
      },
    );
  }, 60_000);

  test("with a line added to its notes takes over that line alone", async () => {
    await send("שם,טלפון,הערות\nדנה,0501234567,צבע\n");
    await room.json(room.owner, "/api/leads", { body: { phone: "0501234567", note: "תספורת" } });
    const { text } = await exported();
    await send(text.replace('"תספורת\nצבע"', '"פן\nתספורת\nצבע"'));
    const bodies = await room.business.run(({ tx }) =>
      tx.execute<{ body: string }>(sql`select body from notes order by created_at, id`),
    );
    expect(bodies.map(({ body }) => body)).toEqual(["צבע", "תספורת", "פן"]);
  });

  test("of somebody without a number is theirs by its id, unless it names somebody else", async () => {
    await send("שם\nדנה\n");
    const { text } = await exported();
    const id = text.trim().split(",").at(-1)!;
    expect((await send(`שם,מזהה\nדנה,${id}\n`)).body).toMatchObject({ added: 0, known: 1 });
    expect((await send(`שם,מזהה\nרון,${id}\n`)).body).toMatchObject({ added: 1, known: 0 });
    expect((await send(`שם,מזהה\nדנה,${id}\n`, "", room.stranger)).body).toMatchObject({ added: 1, known: 0 });
    expect((await send("שם,מזהה\nגיל,17\n")).body).toMatchObject({ added: 1, known: 0 });
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])("%j is no formula in it", async (name) => {
    await room.json(room.owner, "/api/leads", { body: { name: `x${name}` } });
    await room.business.run(({ tx }) => tx.execute(sql`update customers set name = ${name} where name like 'x%'`));
    const { text } = await exported();
    const cell = text.split("\r\n")[1]!.split(",")[0]!.replace(/^"/, "");
    expect(cell.startsWith("'")).toBe(true);
  });

  test("a number keeps its first zero, a foreign one its plus", async () => {
    await send("phone\n0501234567\n+442079460000\n");
    const { text } = await exported("?language=en");
    expect(text).toContain("050-123-4567");
    expect(text).toContain("'+442079460000");
    expect(text).toContain("Name,Phone");
  });

  test("holds what the filters ask for, more than a page of it", async () => {
    await send(`phone\n${Array.from({ length: 250 }, (_row, index) => `05012${10_000 + index}`).join("\n")}\n`);
    expect((await exported()).text.trim().split("\r\n")).toHaveLength(251);
    expect((await exported("?status=won")).text.trim().split("\r\n")).toHaveLength(1);
  });

  test("is written down, and not for an agent", async () => {
    await exported("?q=דנה");
    const rows = await room.business.run(({ tx }) => tx.select().from(auditLog));
    expect(rows.map(({ action, detail }) => [action, detail.filters])).toEqual([["lead.export", "q"]]);
    const agent = member(room.business.businessId, "agent");
    expect((await room.ask(agent, "/api/leads/export.csv")).status).toBe(403);
    expect((await send("phone\n0501234567\n", "", agent)).status).toBe(403);
  });
});
