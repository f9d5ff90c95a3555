import postgres, { type Options, type PostgresType, type Sql } from "postgres";
import { limits } from "../limits.ts";
import type { DatabaseAddress } from "./address.ts";

export interface ConnectSettings {
  connections: number;
  /** Session settings, sent with a connection's first message. */
  session?: Record<string, string | number>;
}

/** A postgres.js client of ours: quick to give up a dead server, quick to come back to a living one. */
export function connectPostgres(address: DatabaseAddress, settings: ConnectSettings): Sql {
  const options: Options<Record<string, PostgresType>> = {
    max: settings.connections,
    connect_timeout: limits.databaseConnectSeconds,
    keep_alive: 30,
    fetch_types: false, // a round trip per connection, for array types that we do not use
    onnotice: () => {},
    connection: { application_name: "agentlocator", ...settings.session },
    // Seconds. The driver's own curve reaches 20 s; an outage must not be felt that long after it is over.
    backoff: (attempt) => Math.min(0.05 * 2 ** attempt, 1),
  };
  if (address.kind === "url") return postgres(address.url, options);
  const { socketDir, port, user, database } = address;
  return postgres({ ...options, host: socketDir, port, user, database });
}
