import { useForm } from "../../form.ts";
import { colleagues } from "../../models/colleagues.ts";
import { saveTask, type Task } from "../../models/tasks.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field, Select, TextArea } from "../../parts/field.tsx";
import { useResource } from "../../resource.ts";
import { zone } from "../../session.ts";
import { shellWords } from "../../strings/shell.he.ts";
import { taskWords } from "../../strings/tasks.he.ts";
import { localAt } from "../../wall-clock.ts";

interface TaskDialogProps {
  /** None = a new one. */
  task?: Task | undefined;
  customerId?: string;
  onClose: () => void;
}

export function TaskDialog({ task, customerId, onClose }: TaskDialogProps) {
  const t = taskWords();
  const shell = shellWords();
  const { problems, busy, submit } = useForm();
  const people = useResource(colleagues).data.value ?? [];
  const about = { ...(task ? { task } : {}), ...(customerId ? { customerId } : {}) };
  const save = async (element: HTMLFormElement) => {
    if (await submit(element, (values) => saveTask(values, about))) onClose();
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
    <Dialog title={task ? t.edit : t.add} foot={foot} onClose={onClose} onSubmit={save}>
      <Field
        label={t.form.title}
        name="title"
        maxLength={200}
        autocomplete="off"
        value={task?.title ?? ""}
        error={problems.value.title}
      />
      <TextArea
        label={`${t.form.detail} (${shell.optional})`}
        name="detail"
        rows={3}
        value={task?.detail ?? ""}
        error={problems.value.detail}
      />
      <Field
        label={`${t.form.due} (${shell.optional})`}
        name="due"
        type="datetime-local"
        ltr
        value={task?.dueAt ? localAt(task.dueAt, zone.value) : ""}
        error={problems.value.dueAt}
      />
      <Select
        label={t.form.assignee}
        name="assignee"
        value={task?.assigneeUserId ?? ""}
        options={[{ value: "", label: t.form.nobody }, ...people.map(({ id, name }) => ({ value: id, label: name }))]}
        error={problems.value.assigneeUserId}
      />
      <label class="check">
        <input type="checkbox" name="urgent" defaultChecked={task?.urgency === "urgent"} />
        {t.form.urgent}
      </label>
    </Dialog>
  );
}
