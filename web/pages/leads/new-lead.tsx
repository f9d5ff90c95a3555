import { useForm } from "../../form.ts";
import { addLead } from "../../models/leads.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field, TextArea } from "../../parts/field.tsx";
import { leadWords } from "../../strings/leads.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

export function NewLead({ onClose }: { onClose: () => void }) {
  const t = leadWords();
  const shell = shellWords();
  const { problems, busy, submit } = useForm();
  const save = async (element: HTMLFormElement) => {
    if (await submit(element, addLead)) onClose();
  };
  const foot = (
    <>
      <Button type="submit" look="primary" busy={busy.value}>
        {shell.save}
      </Button>
      <Button look="ghost" onClick={onClose}>
        {shell.cancel}
      </Button>
    </>
  );
  return (
    <Dialog title={t.add} foot={foot} onClose={onClose} onSubmit={save}>
      <Field label={t.form.name} name="name" autocomplete="off" maxLength={200} error={problems.value.name} />
      <Field label={t.form.phone} name="phone" type="tel" autocomplete="off" error={problems.value.phone} />
      <TextArea label={`${t.form.note} (${shell.optional})`} name="note" error={problems.value.note} />
    </Dialog>
  );
}
