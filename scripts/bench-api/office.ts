import type { Sql } from "postgres";
import { addPerson } from "../../src/app/testing/people.ts";
import type { BusinessId } from "../../src/base/ids.ts";
import { connectPostgres } from "../../src/db/connect.ts";
import { type TestDatabase, testDatabase } from "../../src/db/test-db.ts";
import { addBusiness } from "../../src/tenants/business.ts";

export interface Office {
  db: TestDatabase;
  businessId: BusinessId;
  email: string;
}

/** A business with 100,000 leads, 1,000,000 messages among 20,000 conversations and 50,000 calls, beside another one of a tenth of that. */
export async function openOffice(leads = 100_000): Promise<Office> {
  const db = await testDatabase();
  const sql = connectPostgres(db.address, { connections: 1 });
  const office = async (phone: string, count: number) => {
    const businessId = await addBusiness(db, { name: "מספרה", phone: phone as never });
    await fill(sql, businessId, count);
    return businessId;
  };
  const businessId = await office("+97235550100", leads);
  await office("+97235550101", leads / 10);
  await sql.unsafe("analyze");
  await sql.end();
  return { db, businessId, email: (await addPerson(db, "owner", businessId)).email };
}

async function fill(sql: Sql, businessId: BusinessId, count: number): Promise<void> {
  const at = (n: string) => `timestamptz '2026-01-01' + ${n} * interval '4 minutes'`;
  await sql.unsafe(`
    create temp table person as select n, gen_random_uuid() as id from generate_series(1, ${count}) n;
    insert into customers (id, business_id, name, created_at, updated_at)
      select id, '${businessId}', 'לקוח ' || n, ${at("n")}, ${at("n")} from person;
    insert into customer_identities (id, business_id, customer_id, kind, value, created_at)
      select gen_random_uuid(), '${businessId}', id, 'phone', '+9725' || lpad(n::text, 8, '0'), ${at("n")} from person;
    insert into leads (id, business_id, customer_id, name, source, status, created_at, updated_at, active_at)
      select gen_random_uuid(), '${businessId}', id, 'לקוח ' || n, 'call', case n % 3 when 0 then 'new' else 'contacted' end,
        ${at("n")}, ${at("n")}, ${at("n")} from person;
    create temp table talk as select n, gen_random_uuid() as id, id as customer_id from person where n % 5 = 0;
    insert into conversations (id, business_id, customer_id, channel, last_message_at, created_at)
      select id, '${businessId}', customer_id, 'whatsapp', ${at("n")}, ${at("n")} from talk;
    insert into messages (id, business_id, conversation_id, customer_id, author, body, created_at)
      select gen_random_uuid(), '${businessId}', talk.id, customer_id, 'customer', 'שלום, אפשר לקבוע תור ליום ' || m,
        ${at("n")} + m * interval '1 second' from talk, generate_series(1, 50) m;
    insert into notifications (id, business_id, kind, title, subject, created_at)
      select gen_random_uuid(), '${businessId}', 'task_created', 'משימה ' || n, 'bench:' || n, ${at("n")} from person where n % 10 = 0;
    set app.terms = 'later';
    insert into calls (id, business_id, call_sid, from_phone, customer_id, status, started_at, ended_at, end_reason, summary)
      select gen_random_uuid(), '${businessId}', 'CA' || md5(id::text), '+9725' || lpad(n::text, 8, '0'), id, 'completed',
        ${at("n")}, ${at("n")}, 'caller_hung_up', 'ביקשה תור לתספורת ביום ' || n % 7 from person where n % 2 = 0;
    insert into call_turns (business_id, call_id, seq, role, text, start_ms, end_ms, interrupted)
      select '${businessId}', id, seq, 'caller', 'שלום, אפשר לקבוע תור לילד' || hashtext(call_sid || seq) % 5000, 0, 900, false
        from calls, generate_series(1, 4) seq where business_id = '${businessId}';
    reset app.terms;
    select refresh_call_terms(array(select id from calls where business_id = '${businessId}'));
    drop table person, talk`);
}
