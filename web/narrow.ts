import { type ReadonlySignal, signal } from "@preact/signals";

const query = matchMedia("(width < 768px)");
const matches = signal(query.matches);
query.addEventListener("change", () => {
  matches.value = query.matches;
});

/** The window is as narrow as a phone's, where the style sheets have one column (width < 768px). */
export const narrow: ReadonlySignal<boolean> = matches;
