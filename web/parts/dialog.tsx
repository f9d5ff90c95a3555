import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { x } from "../icons.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Form } from "./form.tsx";

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
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = box.current!;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("input, textarea, select")?.focus();
    return () => dialog.close();
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
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog; the keyboard has Escape
    <dialog
      class="modal"
      ref={box}
      aria-labelledby={titleId}
      onClose={onClose}
      onCancel={onClose}
      onClick={(event) => event.target === box.current && onClose()}
    >
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
