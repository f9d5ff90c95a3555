import { signal } from "@preact/signals";

/** Numbers beside the items of the navigation, by address; the model that knows one sets it. */
export const navCounts = signal<Readonly<Record<string, number>>>({});

export function setNavCount(to: string, count: number): void {
  if (navCounts.value[to] !== count) navCounts.value = { ...navCounts.value, [to]: count };
}
