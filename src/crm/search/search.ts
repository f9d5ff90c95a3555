import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import { wallClock } from "../../api/wall-clock.ts";
import type { CustomerId } from "../../base/ids.ts";
import { customerIdentities, customers } from "../../db/schema/customer.ts";
import { leads } from "../../db/schema/lead.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { fewCalls, fewCustomers } from "./few.ts";
import { type Few, foundBy, foundCustomers, isOneOf, readSearch, type Search, saidIn } from "./found-by.ts";

// Calls and conversations of this many found people are looked at: behind them nobody scrolls in a palette.
const peopleMax = 100;
// Among so many that fit, people without an open lead are looked for.
const withoutLead = 1_000;
// How far back words are looked for in what was written. The text has no index that row-level security lets a search use,
// so the newest rows are read: some 10 ms.
const recentMessages = 3_000;

/** What the command palette shows for a text: people by name, number or notes; calls and conversations by them or their words. */
export async function search(ctx: Ctx, text: string, limit: number) {
  const asked = readSearch(text);
  if (asked === null) return { customers: [], calls: [], conversations: [] };
  const people = await findPeople(ctx, asked, await fewCustomers(ctx, asked));
  const ids = people.map(({ id }) => id);
  const words = asked.kind === "words" ? asked.words : null;
  return {
    customers: people.slice(0, limit),
    calls: await findCalls(ctx, ids, asked, limit),
    conversations: await findConversations(ctx, ids, words, limit),
  };
}

/** Those whose lead is most recently active; behind them, if they are not enough, some who have no lead. */
function findPeople(ctx: Ctx, asked: Search, few: Few) {
  const { tx, businessId } = ctx;
  const fitting =
    few === null
      ? sql`select distinct id from (${foundCustomers(ctx, asked)} limit ${withoutLead}) as some_terms`
      : listed(few);
  const ids = sql`
    with active as materialized (
      select customer_id from leads where business_id = ${businessId} and archived_at is null
        and ${foundBy(ctx, sql`leads.customer_id`, asked, few)}
      order by active_at desc, id desc limit ${peopleMax})
    select customer_id from active
    union
    (select id from (${fitting}) as fitting
      where (select count(*) from active) < ${peopleMax}
        and not exists (select from leads where business_id = ${businessId} and customer_id = fitting.id and archived_at is null)
      limit ${peopleMax})`;
  const phones = sql<string[]>`(
    select coalesce(json_agg(${customerIdentities.value} order by ${customerIdentities.createdAt}), '[]')
    from ${customerIdentities} where ${customerIdentities.businessId} = ${businessId}
      and ${customerIdentities.customerId} = ${customers.id} and ${customerIdentities.kind} = 'phone')`;
  return tx
    .select({ id: customers.id, name: customers.name, phones, leadId: leads.id, status: leads.status })
    .from(customers)
    .leftJoin(leads, and(eq(leads.businessId, customers.businessId), eq(leads.customerId, customers.id)))
    .where(and(eq(customers.businessId, businessId), sql`${customers.id} in (${ids})`))
    .orderBy(desc(sql`coalesce(${leads.activeAt}, ${customers.createdAt})`), desc(customers.id))
    .limit(peopleMax);
}

interface FoundCall {
  id: string;
  customerId: string | null;
  customerName: string | null;
  startedLocal: string;
  summary: string | null;
}

async function findCalls(ctx: Ctx, people: readonly CustomerId[], asked: Search, limit: number) {
  const { tx, businessId } = ctx;
  const columns = sql`id, customer_id, started_at, summary`;
  const theirs = sql`select ${columns} from calls
    where business_id = ${businessId} and ${isOneOf(sql`customer_id`, people)} order by started_at desc limit ${limit}`;
  // Digits find the people, and with them their calls.
  const said =
    asked.kind === "digits"
      ? null
      : sql`select ${columns} from calls
    where business_id = ${businessId} and ${saidIn(ctx, sql`calls.id`, asked, await fewCalls(ctx, asked))} order by started_at desc limit ${limit}`;
  return tx.execute<FoundCall & Record<string, unknown>>(sql`
    select call.id, customer_id as "customerId", c.name as "customerName",
      ${wallClock(ctx, sql`started_at`)} as "startedLocal", left(summary, 200) as summary
    from (${either(theirs, said)}) as call left join customers c on c.business_id = ${businessId} and c.id = customer_id
    order by started_at desc limit ${limit}`);
}

interface FoundConversation {
  id: string;
  channel: string;
  customerId: string;
  customerName: string | null;
  /** The message that holds the words; null when the person was found. */
  text: string | null;
  atLocal: string | null;
}

function findConversations(ctx: Ctx, people: readonly CustomerId[], words: string | null, limit: number) {
  const { tx, businessId } = ctx;
  const theirs = sql`select id as conversation_id, last_message_at as at, null as text from conversations
    where business_id = ${businessId} and ${isOneOf(sql`customer_id`, people)}
    order by last_message_at desc nulls last limit ${limit}`;
  const written =
    words === null
      ? null
      : sql`select * from (select distinct on (conversation_id) conversation_id, created_at, left(body, 200)
      from (select conversation_id, created_at, body from messages where business_id = ${businessId}
        order by created_at desc limit ${recentMessages}) as recent
      where body ilike ${like(words)} order by conversation_id, created_at desc) as each_once
      order by created_at desc limit ${limit}`;
  return tx.execute<FoundConversation & Record<string, unknown>>(sql`
    select v.id, v.channel, v.customer_id as "customerId", c.name as "customerName", max(found.text) as text,
      ${wallClock(ctx, sql`max(found.at)`)} as "atLocal"
    from (${either(theirs, written)}) as found
      join conversations v on v.business_id = ${businessId} and v.id = found.conversation_id
      join customers c on c.business_id = ${businessId} and c.id = v.customer_id
    group by v.id, v.channel, v.customer_id, c.name order by max(found.at) desc nulls last limit ${limit}`);
}

const either = (one: SQL, other: SQL | null): SQL => (other === null ? one : sql`(${one}) union (${other})`);

const listed = (ids: readonly string[]): SQL => sql`select unnest(${`{${ids.join(",")}}`}::uuid[]) as id`;

/** `%` and `_` of a text that is looked for mean themselves. */
const like = (text: string): string => `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
