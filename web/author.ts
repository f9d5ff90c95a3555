import { shellWords } from "./strings/shell.he.ts";

/** Who did it: a person by name, whoever is none by the panel's word. */
export function authorText(name: string): string {
  const { authors } = shellWords();
  return Object.hasOwn(authors, name) ? authors[name as keyof typeof authors] : name;
}
