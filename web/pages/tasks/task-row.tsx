import { link } from "../../address.ts";
import { nearTime } from "../../format.ts";
import { circle, circleCheck } from "../../icons.ts";
import { colleagueName } from "../../models/colleagues.ts";
import { complete, groupOf, reopen, type Task } from "../../models/tasks.ts";
import { Badge } from "../../parts/badge.tsx";
import { Icon } from "../../parts/icon.tsx";
import { taskWords } from "../../strings/tasks.he.ts";

interface TaskRowProps {
  task: Task;
  onOpen: () => void;
  /** On the customer's own page the name is known. */
  withoutCustomer?: boolean;
}

/** One task: done with one press, opened with another. */
export function TaskRow({ task, onOpen, withoutCustomer = false }: TaskRowProps) {
  const t = taskWords();
  const done = task.status === "done";
  const who = colleagueName(task.assigneeUserId);
  return (
    <div class="task-box">
      <div class={`task-row${done ? " done" : ""}`}>
        <button
          type="button"
          class="task-done"
          aria-pressed={done}
          aria-keyshortcuts="E"
          aria-label={done ? t.markOpen(task.title) : t.markDone(task.title)}
          onClick={() => void (done ? reopen(task) : complete(task))}
        >
          <Icon of={done ? circleCheck : circle} large />
        </button>
        <button type="button" class="row-main" onClick={onOpen}>
          <span class="row-title two-lines" dir="auto">
            {task.title}
          </span>
          {task.detail !== null && (
            <span class="row-sub two-lines" dir="auto">
              {task.detail}
            </span>
          )}
        </button>
        <span class="row-side task-side">
          {task.urgency === "urgent" && !done && <Badge tone="danger">{t.urgent}</Badge>}
          {!withoutCustomer && task.customerId !== null && (
            <a class="ellipsis task-customer" href={link("/customers/:id", { id: task.customerId })} dir="auto">
              {task.customerName}
            </a>
          )}
          {who !== null && (
            <span class="ellipsis task-owner" dir="auto">
              {who}
            </span>
          )}
          {task.dueAt !== null && (
            <span class={groupOf(task) === "overdue" && !done ? "late" : ""}>{nearTime(task.dueAt)}</span>
          )}
        </span>
      </div>
    </div>
  );
}
