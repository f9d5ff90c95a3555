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
export async function readPages<T>(
  wanted: number,
  read: (query: { limit: string; cursor?: string }) => Promise<Pages<T>>,
): Promise<Pages<T>> {
  const items: T[] = [];
  let next: string | null = null;
  do {
    const limit = String(Math.min(pageMax, wanted - items.length));
    const page: Pages<T> = await read(next === null ? { limit } : { limit, cursor: next });
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < wanted);
  return { items, next };
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
