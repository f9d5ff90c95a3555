import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { type Resource, resourceBy } from "../resource.ts";
import { zone } from "../session.ts";

const { admin, audit } = api;

export type Act = Omit<InferResponseType<typeof audit.$get, 200>["items"][number], "createdLocal">;

interface AuditPage {
  items: readonly Act[];
  next: string | null;
}

export interface AuditFilter {
  /** Id of who did it; empty = anybody. */
  person: string;
  /** Area of the act, e.g. `lead`; empty = any. */
  kind: string;
  /** A date; empty = any. */
  day: string;
}

/** What was done, newest first, by a filter's key: as much of it as was asked for. */
export interface Audit {
  readonly by: (key: string) => Resource<AuditPage>;
  /** Adds the next, older part. @throws ApiError */
  more(key: string): Promise<void>;
}

export function auditKey({ person, kind, day }: AuditFilter): string {
  const query = { userId: person, action: kind, from: day, to: day };
  return new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "")).toString();
}

const pageRows = 50;
const pageRowsMax = 200;

function auditOf(read: (query: Record<string, string>, signal?: AbortSignal) => Promise<AuditPage>): Audit {
  const by: Audit["by"] = resourceBy((key, signal) => {
    const wanted = Math.max(pageRows, by(key).data.value?.items.length ?? 0);
    return read({ ...queryOf(key), limit: String(Math.min(pageRowsMax, wanted)) }, signal);
  });
  return {
    by,
    async more(key) {
      const list = by(key);
      const cursor = list.data.value?.next;
      if (!cursor) return;
      const page = await read({ ...queryOf(key), limit: String(pageRows), cursor });
      // Read anew meanwhile: this page may not be what follows now.
      if (list.data.value?.next !== cursor) return;
      list.patch(({ items }) => ({ items: [...items, ...page.items], next: page.next }));
    },
  };
}

const queryOf = (key: string): Record<string, string> => Object.fromEntries(new URLSearchParams(key));

const init = (signal: AbortSignal | undefined) => (signal ? { init: { signal } } : {});

export const ownAudit = auditOf(async (query, signal) => (await audit.$get({ query }, init(signal))).json());

/** Of the whole installation. */
export const adminAudit = auditOf(async (query, signal) =>
  (await admin.audit.$get({ query: { ...query, zone: zone.value } }, init(signal))).json(),
);
