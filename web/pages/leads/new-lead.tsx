import { addLead } from "../../models/leads.ts";
import { Field, TextArea } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { leadWords } from "../../strings/leads.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

export function NewLead({ onClose }: { onClose: () => void }) {
  const t = leadWords();
  const shell = shellWords();
  return (
    <FormDialog title={t.add} go={shell.save} onSend={addLead} onClose={onClose}>
      {(problems) => (
        <>
          <Field label={t.form.name} name="name" autocomplete="off" maxLength={200} error={problems.name} />
          <Field label={t.form.phone} name="phone" type="tel" autocomplete="off" error={problems.phone} />
          <TextArea label={`${t.form.note} (${shell.optional})`} name="note" error={problems.note} />
        </>
      )}
    </FormDialog>
  );
}
