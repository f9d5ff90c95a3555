import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { language, setLanguage } from "../language.ts";
import { shellWords } from "../strings/shell.he.ts";

interface DoorProps {
  title: string;
  text?: string;
  children: ComponentChildren;
}

/** The frame of what a stranger sees: one card in the middle. */
export function Door({ title, text, children }: DoorProps) {
  const t = shellWords();
  const other = language.value === "he" ? "en" : "he";
  useEffect(() => {
    document.title = `${title} · AgentLocator`;
  }, [title]);
  return (
    <div class="door">
      <div class="door-card">
        <img src="/icon.svg" alt="AgentLocator" width="48" height="48" />
        <div>
          <h1 dir="auto">{title}</h1>
          {text && <p class="muted">{text}</p>}
        </div>
        {children}
      </div>
      <button type="button" class="btn ghost" lang={other} onClick={() => void setLanguage(other)}>
        {t.language[other]}
      </button>
    </div>
  );
}
