import { isTest, type Source } from "./sources.ts";

/**
 * What runs over all businesses, in a transaction of the system's (`withSystem`), and so names none. What runs within one
 * stands nowhere here: it names the business, as if row-level security were not there (K8).
 */
const ofTheSystem: readonly string[] = [
  "src/admin/health.ts",
  "src/admin/offices.ts",
  "src/auth/choose-password.ts",
  "src/auth/links.ts",
  "src/auth/sessions.ts",
  "src/auth/users.ts",
  "src/calendar/sweep.ts",
  "src/integrations/keys.ts",
  "src/privacy/retention.ts",
  "src/rehearsal/scratch-tenant.ts",
  "src/tenants/business.ts",
  "src/tenants/directory.ts",
];

const declared = /(?:const|function)\s+(\w+)/g;
const comments = /\/\*[\s\S]*?\*\/|\/\/.*/g;
// A part of a statement that is tied to the row around it, whose business that names.
const correlated = /business_?id\}? = \$\{\w+\.businessId\}/i;

/** Statements on rows of a business that do not say of which one. */
export function checkTenants(sources: readonly Source[]): string[] {
  const tables = tenantTables(sources);
  return sources
    .filter(({ path }) => /^src\/(?!sim\/|db\/)/.test(path) && !isTest(path) && !ofTheSystem.includes(path))
    .flatMap(({ path, text }) =>
      nameless(text, tables).map((line) => `${path}:${line} name the business in this statement`),
    );
}

/** Names of tables with a tenant, in code and in SQL. */
function tenantTables(sources: readonly Source[]): ReadonlySet<string> {
  const schema = sources.filter(({ path }) => path.startsWith("src/db/schema/"));
  const defined = schema.flatMap(({ text }) => [
    ...text.matchAll(/export const (\w+) = pgTable\(\s*"(\w+)"[\s\S]*?\n\);/g),
  ]);
  const own = defined.filter(([whole]) => /^ {4}businessId[,:]/m.test(whole));
  return new Set(own.flatMap(([, inCode, inSql]) => [inCode!, inSql!]));
}

/** Lines before which such a statement begins. What stands in a condition by name is looked up in the same file. */
function nameless(text: string, tables: ReadonlySet<string>): number[] {
  const columns = new RegExp(`\\b(?:${[...tables].join("|")})\\.businessId\\b`, "g");
  const statements = text.split(/(?<=;)\n/);
  const values = statements.map((statement) => statement.replace(comments, "").replace(columns, ""));
  const bound = new Set(["businessId", "withSystem"]);
  const isBound = (said: string) =>
    [...said.matchAll(/\w+/g)].some(([word]) => bound.has(word)) || /\.where\([^;]*\b\w+\(ctx\b/.test(said);
  // Twice: a condition may be made of another one.
  for (let pass = 0; pass < 2; pass++)
    for (const said of values) if (isBound(said)) bound.add([...said.matchAll(declared)].at(-1)?.[1] ?? "businessId");
  let line = 1;
  return statements.flatMap((statement, at) => {
    const begins = line;
    line += statement.split("\n").length;
    return isBound(values[at]!) || correlated.test(statement) || !namesTable(values[at]!, tables) ? [] : [begins];
  });
}

const namesTable = (statement: string, tables: ReadonlySet<string>): boolean =>
  [
    ...statement.matchAll(
      /\.(?:from|update|delete|innerJoin|leftJoin)\(\s*(\w+)|\b(?:from|update|join)\s+(?:\$\{)?(\w+)/g,
    ),
  ].some(([, built, written]) => tables.has(built ?? written!));
