import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { arrowLeft } from "../icons.ts";
import { me } from "../session.ts";
import { GlobalButtons } from "../shell/global-buttons.tsx";
import { shellWords } from "../strings/shell.he.ts";
import { LinkButton } from "./button.tsx";

interface PageProps {
  title: string;
  /** Beside the title, quietly: a count, a date. */
  note?: ComponentChildren;
  /** At the end of the head: one main button at most. */
  actions?: ComponentChildren;
  /** The page above this one. */
  back?: string;
  /** Before the title, such as an avatar. */
  lead?: ComponentChildren;
  /** Text is read in a column of 760 px. */
  narrow?: boolean;
  /** Fills the sheet and scrolls inside (inbox). */
  full?: boolean;
  children: ComponentChildren;
}

/** Frame of every page: its head, that stays, and its body. Its title is the tab's, with the business in it while impersonating. */
export function Page({ title, note, actions, back, lead, narrow, full, children }: PageProps) {
  const t = shellWords();
  const heading = useRef<HTMLHeadingElement>(null);
  const inside = me.value?.impersonating ? ` · ${me.value.business?.name ?? ""}` : "";
  useEffect(() => {
    document.title = `${title}${inside} · AgentLocator`;
  }, [title, inside]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div class={`page${narrow ? " narrow" : ""}${full ? " full" : ""}`}>
      <header class="page-head">
        {back !== undefined && <LinkButton to={back} look="ghost" icon={arrowLeft} label={t.back} flip />}
        {lead}
        <div class="page-title">
          <h1 tabIndex={-1} ref={heading} class="ellipsis" dir="auto">
            {title}
          </h1>
          {note !== undefined && <span class="muted ellipsis only-wide">{note}</span>}
        </div>
        <div class="page-actions">
          {actions}
          {back === undefined && <GlobalButtons />}
        </div>
      </header>
      <div class="page-body">{children}</div>
    </div>
  );
}
