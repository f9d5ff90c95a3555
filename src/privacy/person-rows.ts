import { type SQL, sql } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { manyEvents } from "../db/schema/webhook.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** A table that holds something of a person, and how its rows are found. */
export interface PersonTable {
  name: string;
  /** The rows of one customer, the table's alias being `t`. */
  of: SQL;
  /** Orders the rows, each apart: where a page ends. */
  key: SQL;
  /** Where a row's payload may tell of others too: what its JSON has instead for the person, and the payload without the person, null when nothing is left. */
  shared?: { theirs: SQL; rest: SQL };
}

// Binary columns that only a program can read: the detector's trace and the plot of a sound. The sound itself is exported.
const leftOut = ["trace", "peaks"];
const pageRows = 500;
const anId = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** Every table that holds something of a customer. A test holds this list against the catalogue. */
export function personTables({ businessId }: Pick<Ctx, "businessId">, customerId: CustomerId): PersonTable[] {
  const mine = sql`t.business_id = ${businessId}`;
  const theirs = sql`business_id = ${businessId} and customer_id = ${customerId}`;
  const of = (table: string): SQL => sql`(select id from ${sql.identifier(table)} where ${theirs})`;
  const byId = (name: string, condition: SQL): PersonTable => ({
    ...{ name, key: sql`t.id::text` },
    of: sql`${mine} and ${condition}`,
  });
  const direct = (name: string): PersonTable => byId(name, sql`t.customer_id = ${customerId}`);
  const ofCall = sql`${mine} and t.call_id in ${of("calls")}`;
  const inOrder = sql`t.call_id::text || '/' || lpad(t.seq::text, 10, '0')`;
  const talked = sql`t.conversation_id in (select id from conversations where ${theirs} union select id from calls where ${theirs})`;
  const ids = sql.join(
    [
      ...["calls", "conversations", "messages", "meetings", "tasks", "leads"].map(of),
      sql`(select id from tasks where business_id = ${businessId} and call_id in ${of("calls")})`,
    ],
    sql` union `,
  );
  const merged = sql`select merged_id::text from customer_merges
    where business_id = ${businessId} and kept_id = ${customerId} and undone_at is null`;
  return [
    byId("customers", sql`t.id = ${customerId}`),
    ...["customer_identities", "leads", "notes", "meetings", "conversations", "messages", "calls"].map(direct),
    byId("tasks", sql`(t.customer_id = ${customerId} or t.call_id in ${of("calls")})`),
    byId("reminders", sql`t.meeting_id in ${of("meetings")}`),
    byId("message_media", sql`t.message_id in ${of("messages")}`),
    { name: "call_turns", of: ofCall, key: inOrder },
    { name: "call_events", of: ofCall, key: inOrder },
    byId("recordings", sql`t.call_id in ${of("calls")}`),
    byId("usage", sql`t.call_id in ${of("calls")}`),
    byId("customer_merges", sql`${customerId} in (t.kept_id, t.merged_id)`),
    byId("unanswered_questions", talked),
    { name: "pending_slots", of: sql`${mine} and ${talked}`, key: sql`t.conversation_id::text` },
    byId(
      "notifications",
      sql`split_part(t.subject, ':', 2) in (select ${customerId} union ${merged} union select id::text from (${ids}) as subjects)`,
    ),
    deliveries(
      mine,
      (json) => sql`exists (select from regexp_matches(${json}::text, ${anId}, 'g') as named(id)
        where named.id[1] in (select ${customerId} union select id::text from (${ids}) as subjects))`,
    ),
  ];
}

/** What other programs were told. An import tells of many leads at once: each is a person's own. */
function deliveries(mine: SQL, names: (json: SQL) => SQL): PersonTable {
  const many = sql`t.event in (${sql.join(
    manyEvents.map((event) => sql`${event}`),
    sql`, `,
  )})`;
  const payloadOf = (whose: SQL) => sql`(select jsonb_build_object('items', jsonb_agg(item order by place))
    from jsonb_array_elements(t.payload->'items') with ordinality as each(item, place) where ${whose} having count(*) > 0)`;
  const named = names(sql`item`);
  return {
    name: "webhook_deliveries",
    key: sql`t.id::text`,
    of: sql`${mine} and ${names(sql`t.payload`)}`,
    shared: {
      theirs: sql`case when ${many} then jsonb_build_object('payload', ${payloadOf(named)}) else '{}' end`,
      rest: sql`case when ${many} then ${payloadOf(sql`not ${named}`)} end`,
    },
  };
}

/** The rows of one table from `after` on, as the database writes them in JSON, and where the page ends. */
export async function readRows(ctx: Ctx, table: PersonTable, after: string) {
  const rows = await ctx.tx.execute<{ row: Record<string, unknown>; key: string }>(sql`
    select to_jsonb(t) - ${sql.raw(`'{${leftOut.join(",")}}'::text[]`)} || ${table.shared?.theirs ?? sql`'{}'::jsonb`} as row, ${table.key} as key
    from ${sql.identifier(table.name)} t where ${table.of} and ${table.key} > ${after}
    order by ${table.key} limit ${pageRows}`);
  return { rows: rows.map(({ row }) => row), next: rows.length === pageRows ? (rows.at(-1)?.key ?? null) : null };
}

/** How many rows each table has of the customer; tables without any are left out. */
export async function countRows(ctx: Ctx, customerId: CustomerId): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name, of } of personTables(ctx, customerId)) {
    const [row] = await ctx.tx.execute<{ count: number }>(
      sql`select count(*)::int as count from ${sql.identifier(name)} t where ${of}`,
    );
    if (row && row.count > 0) counts[name] = row.count;
  }
  return counts;
}
