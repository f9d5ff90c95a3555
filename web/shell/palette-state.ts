import { signal } from "@preact/signals";

export const paletteOpen = signal(false);

export const openPalette = (): void => {
  paletteOpen.value = true;
};
