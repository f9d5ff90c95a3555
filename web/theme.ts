import { signal } from "@preact/signals";
import { remember } from "./language.ts";

export type Theme = "auto" | "light" | "dark";

const written = document.documentElement.dataset.theme;

/** `auto` follows the device. */
export const theme = signal<Theme>(written === "light" || written === "dark" ? written : "auto");

export function setTheme(wanted: Theme): void {
  theme.value = wanted;
  document.documentElement.dataset.theme = wanted;
  remember("panel_theme", wanted);
}
