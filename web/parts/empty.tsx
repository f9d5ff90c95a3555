import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

interface EmptyProps {
  icon: string;
  title: string;
  /** One sentence: why nothing is here, or what will happen by itself. */
  text: string;
  /** One button that leads on. */
  children?: ComponentChildren;
}

export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon of={icon} large />
      </span>
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </div>
  );
}
