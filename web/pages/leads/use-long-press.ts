import { useEffect, useRef } from "preact/hooks";

// As long as phones themselves wait before a press is a long one.
const longPressMs = 500;
// A finger that goes further scrolls.
const movedPx = 10;

/** Handlers that call back when a finger rests on an element; the click that follows does nothing. */
export function useLongPress(act: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const from = useRef({ x: 0, y: 0 });
  const happened = useRef(false);
  const stop = () => clearTimeout(timer.current);
  useEffect(() => stop, []);
  return {
    onPointerDown(event: PointerEvent) {
      happened.current = false;
      if (event.pointerType !== "touch") return;
      from.current = { x: event.clientX, y: event.clientY };
      timer.current = setTimeout(() => {
        happened.current = true;
        act();
      }, longPressMs);
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const { x, y } = from.current;
      if (Math.hypot(clientX - x, clientY - y) > movedPx) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    // The browser's own menu of a link comes at the same moment.
    onContextMenu: (event: MouseEvent) => (event as PointerEvent).pointerType === "touch" && event.preventDefault(),
    onClickCapture(event: MouseEvent) {
      if (!happened.current) return;
      happened.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
