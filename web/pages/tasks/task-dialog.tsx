import { colleagues } from "../../models/colleagues.ts";
import { saveTask, type Task } from "../../models/tasks.ts";
import { Field, Select, TextArea } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
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
  const people = useResource(colleagues).data.value ?? [];
  const about = { ...(task ? { task } : {}), ...(customerId ? { customerId } : {}) };
  return (
    <FormDialog
      title={task ? t.edit : t.add}
      go={shell.save}
      onSend={(values) => saveTask(values, about)}
      onClose={onClose}
    >
      {(problems) => (
        <>
          <Field
            label={t.form.title}
            name="title"
            maxLength={200}
            autocomplete="off"
            value={task?.title ?? ""}
            error={problems.title}
          />
          <TextArea
            label={`${t.form.detail} (${shell.optional})`}
            name="detail"
            rows={3}
            value={task?.detail ?? ""}
            error={problems.detail}
          />
          <Field
            label={`${t.form.due} (${shell.optional})`}
            name="due"
            type="datetime-local"
            ltr
            value={task?.dueAt ? localAt(task.dueAt, zone.value) : ""}
            error={problems.dueAt}
          />
          <Select
            label={t.form.assignee}
            name="assignee"
            value={task?.assigneeUserId ?? ""}
            options={[
              { value: "", label: t.form.nobody },
              ...people.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            error={problems.assigneeUserId}
          />
          <label class="check">
            <input type="checkbox" name="urgent" defaultChecked={task?.urgency === "urgent"} />
            {t.form.urgent}
          </label>
        </>
      )}
    </FormDialog>
  );
}
