import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";
import { x } from "../icons.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Form } from "./form.tsx";
import { useModal } from "./use-modal.ts";

interface DialogProps {
  title: string;
  children: ComponentChildren;
  /** Buttons at the foot, the main one first. */
  foot?: ComponentChildren;
  onClose: () => void;
  /** Makes the dialog a form. */
  onSubmit?: (form: HTMLFormElement) => unknown;
}

/** A dialog that is there exactly while it is rendered; under 768 px it is a sheet from below (CSS). */
export function Dialog({ title, children, foot, onClose, onSubmit }: DialogProps) {
  const t = shellWords();
  const box = useModal(onClose);
  const titleId = useId();
  useEffect(() => {
    box.current?.querySelector<HTMLElement>("input, textarea, select")?.focus();
  }, []);
  const content = (
    <>
      <div class="modal-head">
        <h2 id={titleId}>{title}</h2>
        <Button look="ghost" icon={x} label={t.close} onClick={onClose} />
      </div>
      <div class="modal-body">{children}</div>
      {foot && <div class="modal-foot">{foot}</div>}
    </>
  );
  return (
    <dialog class="modal" ref={box} aria-labelledby={titleId}>
      {onSubmit ? (
        <Form class="" onSubmit={onSubmit}>
          {content}
        </Form>
      ) : (
        content
      )}
    </dialog>
  );
}
