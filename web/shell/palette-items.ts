import { signal } from "@preact/signals";
import { link } from "../address.ts";
import { api } from "../api.ts";
import { phoneText } from "../format.ts";
import { globe, moon, sun, user } from "../icons.ts";
import { language, setLanguage } from "../language.ts";
import { matches, searchKey } from "../search-key.ts";
import type { Me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { setTheme } from "../theme.ts";
import { navigation } from "./navigation.ts";

export interface PaletteItem {
  key: string;
  icon: string;
  name: string;
  /** Beside the name, such as a number. */
  note?: string;
  /** Where it goes, or what it does. */
  to?: string;
  run?: () => unknown;
}

const shownMax = 40;

/** People that the server found for what is typed. */
const found = signal<readonly PaletteItem[]>([]);
let asked = "";
let timer: ReturnType<typeof setTimeout> | undefined;
const typingMs = 150;

/** Asks the server for people; only the answer to the last question counts. */
export function searchPeople(typed: string): void {
  asked = typed.trim();
  clearTimeout(timer);
  if (asked.length < 2) found.value = [];
  else timer = setTimeout(() => void ask(asked).catch(() => {}), typingMs);
}

async function ask(q: string): Promise<void> {
  const { customers } = await (await api.search.$get({ query: { q, limit: "8" } })).json();
  if (q !== asked) return;
  found.value = customers.map(({ id, name, phones }) => ({
    key: id,
    icon: user,
    name: name ?? shellWords().unnamed,
    ...(phones[0] === undefined ? {} : { note: phoneText(phones[0]) }),
    to: link("/customers/:id", { id }),
  }));
}

/** What fits the typed words, the nearest first. */
export function itemsFor(typed: string, who: Me): readonly PaletteItem[] {
  const wanted = searchKey(typed);
  const people = who.business === null || wanted === "" ? [] : found.value;
  const fitting = [...pageItems(who), ...actionItems()].filter(({ name }) => matches(searchKey(name), wanted));
  return [...people, ...fitting].slice(0, shownMax);
}

const pageItems = (who: Me): PaletteItem[] =>
  navigation(who)
    .flatMap(({ items }) => items)
    .map(({ to, icon, name }) => ({ key: to, icon, name, to }));

function actionItems(): PaletteItem[] {
  const t = shellWords();
  const other = language.value === "he" ? "en" : "he";
  return [
    { key: "dark", icon: moon, name: `${t.theme.label}: ${t.theme.dark}`, run: () => setTheme("dark") },
    { key: "light", icon: sun, name: `${t.theme.label}: ${t.theme.light}`, run: () => setTheme("light") },
    { key: "language", icon: globe, name: t.language[other], run: () => setLanguage(other) },
  ];
}
