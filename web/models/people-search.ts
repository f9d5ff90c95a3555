import { type ReadonlySignal, signal } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";

export type Person = InferResponseType<typeof api.search.$get>["customers"][number];

export interface PeopleSearch {
  /** Whom the server found for what was typed last. */
  readonly found: ReadonlySignal<readonly Person[]>;
  search(typed: string): void;
}

const typingMs = 150;

/** Finds customers by words of their name or digits of a number while somebody types; only the last question's answer counts. */
export function peopleSearch(): PeopleSearch {
  const found = signal<readonly Person[]>([]);
  let asked = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async (q: string): Promise<void> => {
    const { customers } = await (await api.search.$get({ query: { q, limit: "8" } })).json();
    if (q === asked) found.value = customers;
  };
  return {
    found,
    search(typed) {
      asked = typed.trim();
      clearTimeout(timer);
      if (asked.length < 2) found.value = [];
      else timer = setTimeout(() => void ask(asked).catch(() => {}), typingMs);
    },
  };
}
