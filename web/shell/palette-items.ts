import { link } from "../address.ts";
import { phoneText } from "../format.ts";
import { globe, moon, sun, user } from "../icons.ts";
import { language, setLanguage } from "../language.ts";
import { type Person, peopleSearch } from "../models/people-search.ts";
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

const people = peopleSearch();
/** Asks the server for people. */
export const searchPeople = people.search;
export const searchingPeople = people.searching;

const personItem = ({ id, name, phones: [phone] }: Person): PaletteItem => ({
  key: id,
  icon: user,
  name: name ?? shellWords().unnamed,
  ...(phone === undefined ? {} : { note: phoneText(phone) }),
  to: link("/customers/:id", { id }),
});

/** What fits the typed words, the nearest first. */
export function itemsFor(typed: string, who: Me): readonly PaletteItem[] {
  const wanted = searchKey(typed);
  const found = who.business === null || wanted === "" ? [] : people.found.value.map(personItem);
  const fitting = [...pageItems(who), ...actionItems()].filter(({ name }) => matches(searchKey(name), wanted));
  return [...found, ...fitting].slice(0, shownMax);
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
