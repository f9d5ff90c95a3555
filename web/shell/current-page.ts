import { signal } from "@preact/signals";

/** Address of the navigation's item that is lit. */
export const currentNav = signal("/");
