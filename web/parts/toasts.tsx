import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { problemText } from "../problems.ts";
import { shellWords } from "../strings/shell.he.ts";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  undo: (() => unknown) | null;
}

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

// Long enough to read a sentence and to find the button; WCAG 2.2.1 is met because undoing stays possible on the page itself.
const shownMs = 8_000;
const shownMax = 3;

/** Says what happened. With `undo` it offers the way back. */
export function toast(text: string, options: { undo?: () => unknown; bad?: boolean } = {}): void {
  lastId += 1;
  const added = { id: lastId, text, bad: options.bad ?? false, undo: options.undo ?? null };
  toasts.value = [...toasts.value, added].slice(-shownMax);
  setTimeout(() => dismiss(added.id), shownMs);
}

/** Says what went wrong, in the person's words. */
export const failed = (error: unknown): void => toast(problemText(error), { bad: true });

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((shown) => shown.id !== id);
}

/** Stands once in the page. A popover, so that it also lies over open dialogs. */
export function Toasts() {
  const t = shellWords();
  const box = useRef<HTMLDivElement>(null);
  const count = toasts.value.length;
  useLayoutEffect(() => {
    if (count === 0) return;
    box.current?.hidePopover();
    box.current?.showPopover();
  }, [count]);
  return (
    <div class="toasts" popover="manual" ref={box} role="status" aria-live="polite">
      {toasts.value.map(({ id, text, bad, undo }) => (
        <div class={`toast${bad ? " bad" : ""}`} key={id}>
          <span class="grow" dir="auto">
            {text}
          </span>
          {undo && (
            <button
              type="button"
              class="btn ghost"
              onClick={() => {
                dismiss(id);
                void Promise.resolve(undo()).catch(failed);
              }}
            >
              {t.undo}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
