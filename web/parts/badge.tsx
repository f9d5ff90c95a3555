import type { ComponentChildren } from "preact";

export type Tone = "plain" | "voice" | "whatsapp" | "good" | "warn" | "danger";

interface BadgeProps {
  children: ComponentChildren;
  /** 0-359, for statuses that the business named itself. */
  hue?: number;
  tone?: Tone;
}

/** A state in words; colour only repeats what the words say. */
export function Badge({ children, hue, tone }: BadgeProps) {
  return (
    <span class={`badge ${tone ?? "dot"}`} style={hue === undefined ? {} : { "--hue": hue }}>
      <span class="ellipsis" dir="auto">
        {children}
      </span>
    </span>
  );
}
