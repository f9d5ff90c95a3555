import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface MenuProps {
  /** What opens it: the content of the button. */
  trigger: ComponentChildren;
  /** Class of the button. */
  look: string;
  label?: string | undefined;
  /** Its `MenuItem`s; made when it opens, so that a menu in every row of a long list costs nothing. */
  items: () => ComponentChildren;
}

/** A button with a menu of `MenuItem`s: arrows, Home, End, Escape; placed beside the button at whatever side has room. */
export function Menu({ trigger, look, label, items }: MenuProps) {
  const id = useId();
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const isOpen = open.value;
  useLayoutEffect(() => {
    if (!isOpen) return;
    place(menu.current!, button.current!);
    itemsOf(menu.current!)[0]?.focus();
  }, [isOpen]);
  return (
    <>
      <button
        type="button"
        class={look}
        ref={button}
        popovertarget={id}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        title={label}
      >
        {trigger}
      </button>
      <div
        class="menu"
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        ref={menu}
        onToggle={(event) => {
          open.value = event.newState === "open";
        }}
        onKeyDown={(event) => moveFocus(event, menu.current!)}
        onClick={(event) => {
          if ((event.target as Element).closest('[role^="menuitem"]')) menu.current?.hidePopover();
        }}
      >
        {isOpen && items()}
      </div>
    </>
  );
}

interface MenuItemProps {
  children: ComponentChildren;
  onClick?: () => unknown;
  /** Goes somewhere instead. */
  to?: string;
  danger?: boolean;
  /** One of several of which one holds. */
  checked?: boolean;
}

export function MenuItem({ children, onClick, to, danger, checked }: MenuItemProps) {
  const look = `menu-item${danger ? " danger" : ""}`;
  if (to !== undefined)
    return (
      <a role="menuitem" class={look} href={to} tabIndex={-1}>
        {children}
      </a>
    );
  const role = checked === undefined ? "menuitem" : "menuitemradio";
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: checked goes with menuitemradio
    <button type="button" role={role} aria-checked={checked} class={look} tabIndex={-1} onClick={onClick}>
      {children}
    </button>
  );
}

const itemsOf = (menu: HTMLElement): HTMLElement[] => [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];

function moveFocus(event: KeyboardEvent, menu: HTMLElement): void {
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.code];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}

const gap = 6;

/** Under the button or over it, its start edge at the button's start edge, inside the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const rtl = getComputedStyle(button).direction === "rtl";
  const wanted = rtl ? at.right - offsetWidth : at.left;
  const below = at.bottom + gap + offsetHeight <= innerHeight || at.top < offsetHeight + gap;
  menu.style.left = `${Math.max(8, Math.min(wanted, innerWidth - offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(below ? at.bottom + gap : at.top - gap - offsetHeight, innerHeight - offsetHeight - 8))}px`;
}
