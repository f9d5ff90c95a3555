import { signal } from "@preact/signals";
import { go } from "../router.ts";
import { stepRow } from "./key-rows.ts";
import { openPalette } from "./palette-state.ts";

/** Single letters may be switched off (WCAG 2.1.4); the choice is this device's. */
export const lettersOn = signal(localStorage.getItem("panel_letters") !== "off");

export function setLetters(on: boolean): void {
  lettersOn.value = on;
  localStorage.setItem("panel_letters", on ? "on" : "off");
}

/** Whether the list of all keys is open. */
export const keyHelpOpen = signal(false);

/** Where G and a letter go. */
export const places = {
  KeyT: "/",
  KeyI: "/inbox",
  KeyP: "/calls",
  KeyC: "/calendar",
  KeyL: "/leads",
  KeyK: "/tasks",
  KeyN: "/notifications",
} as const;

// After G, the next letter within this time names a place.
const chordMs = 1_200;

/**
 * Ctrl+K anywhere; G and a letter goes places; other letters press what names them in `aria-keyshortcuts`, in the row that
 * has the focus first and then anywhere on the page. By `code`, not `key`: on a Hebrew layout the J key says "ח".
 */
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
    const acted = inChord ? goTo(event.code) : press(event);
    if (acted) event.preventDefault();
  });
}

function goTo(code: string): boolean {
  const place = (places as Readonly<Record<string, string>>)[code];
  if (place !== undefined) go(place);
  return place !== undefined;
}

function press({ code, key, shiftKey }: KeyboardEvent): boolean {
  if (key === "?" || (code === "Slash" && shiftKey)) keyHelpOpen.value = true;
  else if (code === "Slash" || key === "/") return search();
  else if (code === "KeyJ") return stepRow(1);
  else if (code === "KeyK") return stepRow(-1);
  else if (/^Key[A-Z]$/.test(code)) return useShortcut(code.slice(3), shiftKey);
  else return false;
  return true;
}

/** The search of this page, or the one over everything. */
function search(): boolean {
  const box = document.querySelector<HTMLInputElement>("main input[type=search]");
  if (box?.checkVisibility()) box.select();
  else openPalette();
  return true;
}

function useShortcut(letter: string, shiftKey: boolean): boolean {
  const wanted = `[aria-keyshortcuts~="${letter}"]`;
  const row = document.activeElement?.closest("main li");
  const all = [
    ...(row?.querySelectorAll<HTMLElement>(wanted) ?? []),
    ...document.querySelectorAll<HTMLElement>(wanted),
  ];
  const target = all.find((element) => element.checkVisibility() && (!element.closest("li") || row?.contains(element)));
  if (target?.matches("textarea, input:not([type=checkbox])")) target.focus();
  else target?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  if (target === undefined && letter === "T") go("/tasks?new=1");
  return target !== undefined || letter === "T";
}

const writable = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";

/** A letter that somebody writes is no command; nor is one under an open dialog. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(`${writable}, dialog, [popover]`) !== null;
