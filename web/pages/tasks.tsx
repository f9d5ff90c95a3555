import { useSignal } from "@preact/signals";
import { listChecks, plus, search } from "../icons.ts";
import { colleagues } from "../models/colleagues.ts";
import {
  groupOf,
  moreTasks,
  searched,
  type Task,
  type TaskGroup,
  type TaskView,
  taskList,
  taskViews,
} from "../models/tasks.ts";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { useResource } from "../resource.ts";
import { query, setQuery } from "../router.ts";
import { shellWords } from "../strings/shell.he.ts";
import { taskWords } from "../strings/tasks.he.ts";
import { TaskDialog } from "./tasks/task-dialog.tsx";
import { TaskRow } from "./tasks/task-row.tsx";

const groups: readonly TaskGroup[] = ["overdue", "today", "later", "undated"];

export default function TasksPage() {
  const t = taskWords();
  const editing = useSignal<Task | "new" | null>(query.value.get("new") === null ? null : "new");
  useResource(colleagues);
  const asked = query.value.get("view");
  const view: TaskView = taskViews.find((known) => known === asked) ?? "open";
  const add = (
    <Button look="primary" icon={plus} letter="T B" shrinks onClick={() => (editing.value = "new")}>
      {t.add}
    </Button>
  );
  return (
    <Page title={t.title} actions={add} narrow>
      <SearchBox label={t.search} value={query.value.get("q") ?? ""} onType={(q) => setQuery({ q })} />
      <fieldset class="segmented start" aria-label={t.views.label}>
        {taskViews.map((key) => (
          <button type="button" key={key} aria-pressed={view === key} onClick={() => setQuery({ view: key })}>
            {t.views[key]}
          </button>
        ))}
      </fieldset>
      <Loaded key={view} from={taskList(view, searched.value)} steady>
        {({ items, next }) => (
          <>
            <Groups items={items} view={view} onOpen={(task) => (editing.value = task)} />
            {next !== null && <Button onClick={() => moreTasks(view, searched.value)}>{shellWords().loadMore}</Button>}
          </>
        )}
      </Loaded>
      {editing.value !== null && (
        <TaskDialog task={editing.value === "new" ? undefined : editing.value} onClose={() => (editing.value = null)} />
      )}
    </Page>
  );
}

interface GroupsProps {
  items: readonly Task[];
  view: TaskView;
  onOpen: (task: Task) => void;
}

function Groups({ items, view, onOpen }: GroupsProps) {
  const t = taskWords();
  const texts = { open: t.empty, mine: t.emptyMine, done: t.emptyDone }[view];
  if (items.length === 0 && searched.value !== "") return <Empty icon={search} {...t.nothing} />;
  if (items.length === 0) return <Empty icon={listChecks} title={texts.title} text={texts.text} />;
  const rows = (tasks: readonly Task[]) => (
    <ul class="rows">
      {tasks.map((task) => (
        <li key={task.id}>
          <TaskRow task={task} onOpen={() => onOpen(task)} />
        </li>
      ))}
    </ul>
  );
  if (view === "done") return rows(items);
  const grouped = Map.groupBy(items, groupOf);
  return (
    <>
      {groups.map((group) => {
        const tasks = grouped.get(group);
        return tasks ? (
          <section key={group}>
            <h2 class={`group-name${group === "overdue" ? " late" : ""}`}>{t.groups[group]}</h2>
            {rows(tasks)}
          </section>
        ) : null;
      })}
    </>
  );
}
