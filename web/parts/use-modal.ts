import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * A `<dialog>` that stands over the page exactly while it is rendered and gives the focus back; `onClose` = the person wants
 * it gone (Escape, a click beside it).
 */
export function useModal(onClose: () => void): RefObject<HTMLDialogElement | null> {
  const box = useRef<HTMLDialogElement>(null);
  const wish = useRef(onClose);
  wish.current = onClose;
  useEffect(() => {
    const dialog = box.current!;
    // The close event comes later than close(): heard after the end, it would shut the next dialog of the same page.
    const heard = new AbortController();
    const { signal } = heard;
    dialog.addEventListener("close", () => wish.current(), { signal });
    dialog.addEventListener("click", (event) => event.target === dialog && wish.current(), { signal });
    dialog.showModal();
    return () => {
      heard.abort();
      dialog.close();
    };
  }, []);
  return box;
}
