import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../tenants/ctx.ts";
import { callMark, type Few, rangesOf, type Search } from "./found-by.ts";

// So many ids go into a statement as they are; of more, the newest are found quicker by reading the newest rows.
const fewMax = 2_000;

/** Where words are kept, and what each belongs to. */
interface Terms {
  table: SQL;
  id: SQL;
  mark: string;
}
const ofCustomers: Terms = { table: sql`customer_terms`, id: sql`customer_id`, mark: "" };
const ofCalls: Terms = { table: sql`call_terms`, id: sql`call_id`, mark: callMark };

/**
 * Counts out who is found (`foundCustomers`), if they are few. The planner cannot know how many a beginning finds: it takes a
 * thousand for one, and for two words reads the whole of the common one and every lead (34 ms of the database's processor
 * with 100,000 leads, 12 this way; the palette's 65 became 18).
 */
export const fewCustomers = (ctx: Ctx, search: Search): Promise<Few> => few(ctx, search, ofCustomers);

/** The same of calls in which it was said (`saidIn`). */
export const fewCalls = (ctx: Ctx, search: Search): Promise<Few> => few(ctx, search, ofCalls);

/** The rarest word finds them, each other one is looked up for those alone: of two common words neither is read whole. */
async function few(ctx: Ctx, search: Search, terms: Terms): Promise<Few> {
  const words = rangesOf(sql`term`, search, terms.mark);
  const rarest = words.length === 1 ? 0 : await rarestOf(ctx, terms, words);
  if (rarest === null) return null;
  const { id } = terms;
  const found = sql.join(
    words[rarest]!.map((range) => sql`(${reading(ctx, terms, id, range)})`),
    sql` union all `,
  );
  const others = words.filter((_range, at) => at !== rarest).map((ranges) => hasAlso(ctx, terms, ranges));
  const rows = await ctx.tx.execute<{ id: string }>(sql`
    select ${id} as id from (${found}) as base where ${sql.join([sql`true`, ...others], sql` and `)}
    limit ${fewMax + 1}`);
  return rows.length > fewMax ? null : [...new Set(rows.map((row) => row.id))];
}

/** Null when all of them are common. */
async function rarestOf(ctx: Ctx, terms: Terms, words: readonly SQL[][]): Promise<number | null> {
  const sizes = words.map(([range]) => sql`(select count(*) from (${reading(ctx, terms, sql`1`, range!)}) as counted)`);
  const [row] = await ctx.tx.execute<{ sizes: string[] }>(
    sql`select json_build_array(${sql.join(sizes, sql`, `)}) as sizes`,
  );
  const counted = row!.sizes.map(Number);
  const least = Math.min(...counted);
  return least > fewMax ? null : counted.indexOf(least);
}

const reading = ({ businessId }: Ctx, { table }: Terms, what: SQL, range: SQL): SQL =>
  sql`select ${what} from ${table} where business_id = ${businessId} and ${range}
    order by term limit ${fewMax + 1}`; // in the order of the index, or a common word has the planner begin to read the whole table

/** By the one customer's or call's own words. `|| ''` keeps the planner from reading everybody's who have the word instead. */
function hasAlso({ businessId }: Ctx, { table, id }: Terms, ranges: readonly SQL[]): SQL {
  const own = sql`select business_id, ${id}, term || '' collate "C" as term from ${table} as own
    where own.business_id = ${businessId} and own.${id} = base.${id}`;
  return sql`(select true from (${own}) as words where ${sql.join([...ranges], sql` or `)} limit 1)`;
}
