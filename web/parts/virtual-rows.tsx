import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface VirtualRowsProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** Height of each row in px, on a desk and on a phone; all rows have it. */
  rowPx: number;
  label: string;
  children: (item: T) => ComponentChildren;
}

// Rows beyond the edges: a fast thumb sees no gap, and the keyboard finds the next row.
const overscan = 8;

/** A list of any length of which only what can be seen is in the page. */
export function VirtualRows<T>({ items, keyOf, rowPx, label, children }: VirtualRowsProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const range = useSignal({ first: 0, last: 30 });
  useEffect(() => {
    const scroller = list.current!.closest<HTMLElement>(".main") ?? document.documentElement;
    const measure = () => {
      const above = scroller.getBoundingClientRect().top - list.current!.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(above / rowPx) - overscan);
      const last = Math.ceil((above + scroller.clientHeight) / rowPx) + overscan;
      if (first !== range.value.first || last !== range.value.last) range.value = { first, last };
    };
    measure();
    scroller.addEventListener("scroll", measure, { passive: true });
    addEventListener("resize", measure);
    return () => {
      scroller.removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
    };
  }, [rowPx, range]);
  const first = Math.min(range.value.first, Math.max(0, items.length - 1));
  const shown = items.slice(first, range.value.last);
  return (
    <ul class="virtual" ref={list} aria-label={label} style={{ blockSize: `${items.length * rowPx}px` }}>
      {shown.map((item, index) => (
        <li
          key={keyOf(item)}
          aria-setsize={items.length}
          aria-posinset={first + index + 1}
          style={{ blockSize: `${rowPx}px`, translate: `0 ${(first + index) * rowPx}px` }}
        >
          {children(item)}
        </li>
      ))}
    </ul>
  );
}
