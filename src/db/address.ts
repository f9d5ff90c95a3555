/** Where a PostgreSQL server listens: a URL as in `DATABASE_URL`, or the socket folder of the embedded server. */
export type DatabaseAddress =
  | { kind: "url"; url: string }
  | { kind: "socket"; socketDir: string; port: number; user: string; database: string };

/** The same server, another database on it. */
export function withDatabaseName(address: DatabaseAddress, database: string): DatabaseAddress {
  if (address.kind === "socket") return { ...address, database };
  const url = new URL(address.url);
  url.pathname = `/${encodeURIComponent(database)}`;
  return { kind: "url", url: url.toString() };
}
