import { signal } from "@preact/signals";
import { go } from "../router.ts";
import { openPalette } from "./palette-state.ts";

/** Single letters may be switched off (WCAG 2.1.4); the choice is this device's. */
export const lettersOn = signal(localStorage.getItem("panel_letters") !== "off");

export function setLetters(on: boolean): void {
  lettersOn.value = on;
  localStorage.setItem("panel_letters", on ? "on" : "off");
}

const places: Readonly<Record<string, string>> = {
  KeyT: "/",
  KeyI: "/inbox",
  KeyL: "/leads",
  KeyC: "/calendar",
  KeyK: "/tasks",
  KeyP: "/calls",
  KeyN: "/notifications",
};

// After G, the next letter within this time names a place.
const chordMs = 1_200;

/** Ctrl+K anywhere; G and a letter goes places. By `code`, not `key`: on a Hebrew layout the J key says "ח". */
export function watchKeys(): void {
  let chordUntilMs = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !lettersOn.value || isTyping(event.target)) return;
    const inChord = event.timeStamp < chordUntilMs;
    chordUntilMs = !inChord && event.code === "KeyG" ? event.timeStamp + chordMs : 0;
    const place = inChord ? places[event.code] : undefined;
    if (place !== undefined) go(place);
    else if (event.code === "Slash" && !inChord) {
      event.preventDefault();
      openPalette();
    }
  });
}

/** A letter that somebody writes is no command; nor is one under an open dialog. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog, [popover]") !== null;
