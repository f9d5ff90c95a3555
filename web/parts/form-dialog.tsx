import type { ComponentChildren } from "preact";
import { type Form, useForm } from "../form.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

interface FormDialogProps {
  title: string;
  /** The word for doing it. */
  go: string;
  look?: "primary" | "danger";
  /** Why it cannot be done yet. */
  disabled?: string | false;
  /** Where the caller looks at it too: otherwise one of its own. */
  form?: Form;
  /** What the fields' names say goes beside them when it throws; null: not done after all, the dialog stays. */
  onSend: (values: Record<string, string>) => Promise<unknown>;
  /** When it is done, too. */
  onClose: () => void;
  /** Further buttons. */
  more?: ComponentChildren;
  /** Gets the sentence for each field that was refused. */
  children: (problems: Readonly<Record<string, string>>) => ComponentChildren;
}

/** A dialog with a form in it: it is sent once at a time, closes when that is done, and may always be cancelled. */
export function FormDialog(props: FormDialogProps) {
  const { title, go, look = "primary", disabled, onSend, onClose, more, children } = props;
  const own = useForm();
  const { problems, busy, submit } = props.form ?? own;
  const send = async (element: HTMLFormElement) => {
    if (await submit(element, onSend)) onClose();
  };
  const foot = (
    <>
      <Button type="submit" look={look} busy={busy.value} disabled={disabled}>
        {go}
      </Button>
      <Button look="ghost" onClick={onClose}>
        {shellWords().cancel}
      </Button>
      {more}
    </>
  );
  return (
    <Dialog title={title} foot={foot} onClose={onClose} onSubmit={send}>
      {children(problems.value)}
    </Dialog>
  );
}
