import { type Resource, resourceBy } from "./resource.ts";

/** A part of a list, and where the rest begins; null = this is all of it. */
export interface Pages<T> {
  items: readonly T[];
  next: string | null;
}

/** What is fetched at first and added at every wish for more. */
export const pageSize = 100;
// The server's own bound.
const pageMax = 200;

/** Reads as much of a list as is wanted, page after page: what was added by hand is there again when a fact comes. */
export async function readPages<P extends Pages<unknown>>(
  wanted: number,
  read: (query: { limit: string; cursor?: string }) => Promise<P>,
): Promise<P> {
  const items: P["items"][number][] = [];
  for (let cursor: string | null = null; ; ) {
    const limit = String(Math.min(pageMax, wanted - items.length));
    const page: P = await read(cursor === null ? { limit } : { limit, cursor });
    items.push(...page.items);
    if (page.next === null || items.length >= wanted) return { ...page, items };
    cursor = page.next;
  }
}

/** One list per key, each as long as was asked for. */
export interface PagesBy<T> {
  of(key: string): Resource<Pages<T>>;
  /** Lengthens that list by a page from before. @throws ApiError */
  more(key: string): Promise<void>;
}

/** `read` brings a page of the list of that key, `first` is how much is read unasked. */
export function pagesBy<T>(
  read: (key: string, query: { limit: string; cursor?: string }, signal: AbortSignal) => Promise<Pages<T>>,
  on: readonly string[],
  first = pageSize,
): PagesBy<T> {
  const wanted = new Map<string, number>();
  const of = resourceBy<Pages<T>>(
    (key, signal) => readPages(wanted.get(key) ?? first, (query) => read(key, query, signal)),
    on,
  );
  return {
    of,
    async more(key) {
      wanted.set(key, (of(key).data.value?.items.length ?? 0) + pageSize);
      await of(key).reload();
    },
  };
}
