import { type ReadonlySignal, signal } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";

export type Person = InferResponseType<typeof api.search.$get>["customers"][number];

export interface PeopleSearch {
  /** Whom the server found for what was typed last. */
  readonly found: ReadonlySignal<readonly Person[]>;
  /** That answer is still to come. */
  readonly searching: ReadonlySignal<boolean>;
  search(typed: string): void;
}

const typingMs = 150;

/** Finds customers by words of their name or digits of a number while somebody types; only the last question's answer counts. */
export function peopleSearch(): PeopleSearch {
  const found = signal<readonly Person[]>([]);
  const searching = signal(false);
  let asked = "";
  let answered = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async (q: string): Promise<void> => {
    try {
      const { customers } = await (await api.search.$get({ query: { q, limit: "8" } })).json();
      if (q !== asked) return;
      answered = q;
      found.value = customers;
    } finally {
      if (q === asked) searching.value = false;
    }
  };
  return {
    found,
    searching,
    search(typed) {
      asked = typed.trim();
      clearTimeout(timer);
      searching.value = asked.length >= 2;
      // Whom other words have found is nobody to open with a quick Enter; a letter more or less is not other words.
      const goesOn = asked.startsWith(answered) || answered.startsWith(asked);
      if (!searching.value || !goesOn) found.value = [];
      if (searching.value) timer = setTimeout(() => void ask(asked).catch(() => {}), typingMs);
    },
  };
}
