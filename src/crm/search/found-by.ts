import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { callTerms } from "../../db/schema/call.ts";
import { customerTerms } from "../../db/schema/customer.ts";
import type { Ctx } from "../../tenants/ctx.ts";

// More words than this narrow nothing down any more.
const wordsMax = 5;

/** What somebody typed into a search box: digits of a number, or words. */
export type Search = { kind: "digits"; digits: string } | { kind: "words"; words: string };

// What people write between the digits of one number; also PostgreSQL's way to say it.
const inNumbers = "[\\s()+.-]";

/** Null when nothing was typed that can be looked for. */
export function readSearch(text: string): Search | null {
  const typed = text.trim();
  if (typed === "") return null;
  const digits = typed.replace(new RegExp(inNumbers, "g"), "");
  return /^\d{2,}$/.test(digits) ? { kind: "digits", digits } : { kind: "words", words: typed };
}

/**
 * A query for the ids of the customers that are found: each word begins a word of the name or the notes, the digits begin
 * or end a phone number. Ranges of `customer_terms` only, so that an index serves it.
 */
export function foundCustomers({ businessId }: Pick<Ctx, "businessId">, search: Search): SQL {
  const named = (range: SQL) =>
    sql`select ${customerTerms.customerId} as id from ${customerTerms}
      where ${customerTerms.businessId} = ${businessId} and ${range}`;
  // Sets first, whatever the planner thinks of them: joined one by one, two common words took seconds.
  return sql.join(rangesOf(customerTerms.term, search).map(eitherOf).map(named), sql` intersect `);
}

/** True for rows whose customer is one of them; `few`: who that is, where it was counted out. */
export const foundBy = (
  ctx: Pick<Ctx, "businessId">,
  customerId: SQLWrapper,
  search: Search,
  few: Few | undefined = null,
): SQL => (few === null ? sql`${customerId} in (${foundCustomers(ctx, search)})` : isOneOf(customerId, few));

/**
 * True for a call whose words these are: each begins a word of what was said or of the summary, the digits begin or end the
 * caller's number or begin one that was said.
 */
export const saidIn = (
  { businessId }: Pick<Ctx, "businessId">,
  callId: SQLWrapper,
  search: Search,
  few: Few | undefined = null,
): SQL => {
  if (few !== null) return isOneOf(callId, few);
  const one = (range: SQL) =>
    sql`${callId} in (select ${callTerms.callId} from ${callTerms} where ${callTerms.businessId} = ${businessId} and ${range})`;
  return sql.join(rangesOf(callTerms.term, search, callMark).map(eitherOf).map(one), sql` and `);
};

/** True for a text of which each word typed begins one, or in which the digits stand. Reads every text: for short tables. */
export function standsIn(text: SQL, search: Search): SQL {
  if (search.kind === "digits")
    return sql`strpos(regexp_replace(${text}, ${inNumbers}, '', 'g'), ${search.digits}) > 0`;
  const words = wordsOf(search.words);
  const begins = (word: string) =>
    sql`exists (select from search_words(${text}) as word where starts_with(word, ${word}))`;
  return words.length === 0 ? sql`false` : sql.join(words.map(begins), sql` and `);
}

/** The ids of what is found, where they are few; null = many, or not counted out. */
export type Few = readonly string[] | null;

/** What stands before a number among the words of calls, where numbers of callers are kept apart from those that were said. */
export const callMark = "#";

/** True for these rows: with the ids themselves in the statement, the planner knows how many there are. */
export const isOneOf = (id: SQLWrapper, few: readonly string[]): SQL =>
  sql`${id} = any(${`{${few.join(",")}}`}::uuid[])`;

const eitherOf = (ranges: readonly SQL[]): SQL => sql`(${sql.join([...ranges], sql` or `)})`;

/** One of each has to hold. @param mark what stands before a number, where numbers are kept apart from words. */
export function rangesOf(term: SQLWrapper, search: Search, mark = ""): SQL[][] {
  const begins = beginning(term);
  if (search.kind === "words") {
    const words = wordsOf(search.words);
    return words.length === 0 ? [[sql`false`]] : words.map((word) => [begins(word)]); // only signs: nobody
  }
  const { digits } = search;
  const forms = new Set([digits, mark + digits, `~${[...digits].reverse().join("")}`]);
  return [[...forms].map(begins)];
}

const beginning =
  (term: SQLWrapper) =>
  (prefix: string): SQL =>
    sql`(${term} >= ${prefix} and ${term} < ${`${prefix}\u{10ffff}`})`;

/** The words as the database keeps them (`search_words` of the migration `crm_search`). */
function wordsOf(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replace(/[\u0591-\u05bd\u05bf\u05c1-\u05c7'"`´׳״‘’“”]/g, "")
    .replace(/[ךםןףץ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 1));
  return [...new Set(plain.split(/[\s\u00a0\u2000-\u200f\u2028-\u202f!#-&(-/:-@[-_{-~־–—…|]+/))]
    .filter((word) => word !== "")
    .map((word) => [...word].slice(0, 40).join(""))
    .slice(0, wordsMax);
}
