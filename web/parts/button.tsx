import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";
import { failed } from "./toasts.tsx";

interface ButtonProps {
  children?: ComponentChildren;
  icon?: string;
  look?: "primary" | "outline" | "ghost" | "danger";
  /** An icon alone: its name for those who do not see it, also shown on hover. */
  label?: string;
  type?: "button" | "submit";
  /** Refused for now; the reason is shown where a person looks for it. */
  disabled?: string | false | undefined;
  wide?: boolean;
  /** On a phone only its icon is shown. */
  shrinks?: boolean;
  flip?: boolean;
  count?: number;
  /** Work that somebody else began for it (a form). */
  busy?: boolean;
  /** The letter that presses it (`shell/keyboard.ts`). */
  letter?: string;
  /** A promise keeps the button busy until it settles; a failure is told in a toast. */
  onClick?: (event: MouseEvent) => unknown;
}

export function Button(props: ButtonProps) {
  const {
    children,
    icon,
    look = "outline",
    label,
    type = "button",
    disabled,
    wide,
    shrinks,
    flip = false,
    count,
  } = props;
  const working = useSignal(false);
  const busy = working.value || props.busy;
  const press = async (event: MouseEvent) => {
    if (disabled || busy) return event.preventDefault();
    const result = props.onClick?.(event);
    if (!(result instanceof Promise)) return;
    working.value = true;
    await result.catch(failed);
    working.value = false;
  };
  return (
    <button
      type={type}
      class={`btn ${look}${label ? " icon-only" : ""}${wide ? " wide" : ""}${shrinks ? " shrinks" : ""}`}
      aria-label={label}
      title={disabled || label}
      aria-disabled={disabled ? true : undefined}
      aria-busy={busy || undefined}
      aria-keyshortcuts={props.letter}
      onClick={press}
    >
      {busy ? <span class="spinner" /> : icon && <Icon of={icon} flip={flip} />}
      {children && <span class="btn-text">{children}</span>}
      {count ? (
        <span class="count strong" aria-hidden="true">
          {count > 99 ? "99+" : count}
        </span>
      ) : null}
    </button>
  );
}

interface LinkButtonProps {
  to: string;
  children?: ComponentChildren;
  icon?: string;
  look?: "primary" | "outline" | "ghost";
  label?: string;
  wide?: boolean;
  /** On a phone only its icon is shown. */
  shrinks?: boolean;
  flip?: boolean;
  letter?: string;
}

/** Looks like a button, goes somewhere. */
export function LinkButton({
  to,
  children,
  icon,
  look = "outline",
  label,
  wide,
  shrinks,
  flip = false,
  letter,
}: LinkButtonProps) {
  return (
    <a
      href={to}
      class={`btn ${look}${label ? " icon-only" : ""}${wide ? " wide" : ""}${shrinks ? " shrinks" : ""}`}
      aria-label={label}
      title={label}
      aria-keyshortcuts={letter}
    >
      {icon && <Icon of={icon} flip={flip} />}
      {children && <span class="btn-text">{children}</span>}
    </a>
  );
}
