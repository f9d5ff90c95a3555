import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError } from "./api.ts";
import { now } from "./clock.ts";
import { onFact } from "./live.ts";

/** Something of the server, kept fresh while it is on the screen. */
export interface Resource<T> {
  /** The last good answer: it stays while a newer one is fetched, and when fetching fails. Null = never there yet. */
  readonly data: ReadonlySignal<T | null>;
  readonly error: ReadonlySignal<ApiError | null>;
  readonly loading: ReadonlySignal<boolean>;
  /** When `data` came. */
  readonly at: ReadonlySignal<Date | null>;
  reload(): Promise<void>;
  /**
   * Shows a change before the server has agreed; the next answer stands in its place. Undoing takes back this change alone,
   * and nothing when an answer has come since.
   */
  patch(change: (data: T) => T): () => void;
  /** Counts who shows it: only what is shown is read again when a fact comes. Returns how to let go. */
  hold(): () => void;
  /** Stops listening for facts. */
  close(): void;
}

// What no fact tells of (health, when colleagues were here) is read again when it is looked at after this long.
const untoldMs = 30_000;
// Several facts in a row (a burst of messages) are one reading.
const settleMs = 120;

/**
 * `load` reads it; `on` lists the facts (`lead`, `task` …) after which it is read again; with none, it is when it is looked
 * at and old. After a gap in the live line everything is.
 */
export function resource<T>(load: (signal: AbortSignal) => Promise<T>, on: readonly string[] = []): Resource<T> {
  const data = signal<T | null>(null);
  const error = signal<ApiError | null>(null);
  const loading = signal(false);
  const at = signal<Date | null>(null);
  let answered: T | null = null;
  /** Since that answer, in their order. */
  let changes: readonly ((data: T) => T)[] = [];
  let current: AbortController | null = null;
  let holders = 0;
  let stale = true;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const reload = async (): Promise<void> => {
    current?.abort();
    const controller = new AbortController();
    current = controller;
    stale = false;
    loading.value = true;
    try {
      const answer = await load(controller.signal);
      if (controller.signal.aborted) return;
      answered = answer;
      changes = [];
      data.value = answer;
      at.value = now();
      error.value = null;
    } catch (problem) {
      if (controller.signal.aborted) return;
      stale = true;
      error.value = problem instanceof ApiError ? problem : new ApiError("bug");
    } finally {
      if (current === controller) loading.value = false;
    }
  };
  const isOld = (): boolean => at.value !== null && now().getTime() - at.value.getTime() > untoldMs;
  const close = onFact((fact) => {
    if (fact !== null && !on.includes(fact.type)) return;
    stale = true;
    if (holders === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), settleMs);
  });
  return {
    data,
    error,
    loading,
    at,
    reload,
    patch(change) {
      if (data.value === null) return () => {};
      changes = [...changes, change];
      data.value = change(data.value);
      return () => {
        if (!changes.includes(change) || answered === null) return;
        changes = changes.filter((one) => one !== change);
        data.value = changes.reduce<T>((before, one) => one(before), answered);
      };
    },
    hold() {
      holders += 1;
      if (stale || (on.length === 0 && isOld())) void reload();
      return () => {
        holders -= 1;
      };
    },
    close,
  };
}

/** Keeps a resource fresh while the component is on the screen. */
export function useResource<T>(shown: Resource<T>): Resource<T> {
  useEffect(() => shown.hold(), [shown]);
  return shown;
}

// Going back to a customer shows the last known state at once; more than this nobody remembers having opened.
const keptMax = 30;

/** One resource per key (an id), the most recent ones kept. */
export function resourceBy<T>(
  load: (key: string, signal: AbortSignal) => Promise<T>,
  on: readonly string[] = [],
): (key: string) => Resource<T> {
  const kept = new Map<string, Resource<T>>();
  return (key) => {
    const found = kept.get(key) ?? resource((aborted) => load(key, aborted), on);
    kept.delete(key);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) {
      kept.get(oldest)?.close();
      kept.delete(oldest);
    }
    return found;
  };
}
