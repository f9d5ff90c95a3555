import { useSignal } from "@preact/signals";
import { dayName } from "../../format.ts";
import { plus } from "../../icons.ts";
import { colleagueName, colleagues } from "../../models/colleagues.ts";
import { type Customer, part } from "../../models/customer.ts";
import { assign, type Lead } from "../../models/leads.ts";
import { type Task, tasksOf } from "../../models/tasks.ts";
import { Button } from "../../parts/button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Menu, MenuItem } from "../../parts/menu.tsx";
import { Phone } from "../../parts/phone.tsx";
import { SkeletonBlock } from "../../parts/skeleton.tsx";
import { failed } from "../../parts/toasts.tsx";
import { useResource } from "../../resource.ts";
import { customerWords } from "../../strings/customer.he.ts";
import { leadWords } from "../../strings/leads.he.ts";
import { StatusMenu } from "../leads/status-menu.tsx";
import { TaskDialog } from "../tasks/task-dialog.tsx";
import { TaskRow } from "../tasks/task-row.tsx";

/** What is known of a customer, beside the history. */
export function Details({ customer }: { customer: Customer }) {
  const t = customerWords();
  const { lead } = customer;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t.details}</h2>
      </div>
      <div class="card-body stack">
        <dl class="key-values">
          {lead && (
            <>
              <dt>{t.status}</dt>
              <dd class="status-cell">
                <StatusMenu lead={lead} />
              </dd>
              <dt>{t.source}</dt>
              <dd>{leadWords().source[lead.source]}</dd>
              <dt>{leadWords().columns.owner}</dt>
              <dd class="status-cell">
                <OwnerMenu lead={lead} />
              </dd>
            </>
          )}
          <dt>{t.since}</dt>
          <dd>{dayName(customer.createdAt)}</dd>
          {customer.identities.map(({ id, kind, value }) => (
            <Identity key={id} kind={kind} value={value} />
          ))}
        </dl>
      </div>
    </section>
  );
}

function OwnerMenu({ lead }: { lead: Lead }) {
  const t = leadWords().many;
  const people = useResource(colleagues).data.value ?? [];
  const name = colleagueName(lead.assigneeUserId) ?? t.nobody;
  const trigger = (
    <span class="ellipsis" dir="auto">
      {name}
    </span>
  );
  return (
    <Menu
      look="badge plain"
      trigger={trigger}
      label={`${t.owner}: ${name}`}
      items={() =>
        [...people, { id: null, name: t.nobody }].map(({ id, name }) => (
          <MenuItem key={id} checked={id === lead.assigneeUserId} onClick={() => void assign(lead, id).catch(failed)}>
            <span class="ellipsis" dir="auto">
              {name}
            </span>
          </MenuItem>
        ))
      }
    />
  );
}

function Identity({ kind, value }: { kind: string; value: string }) {
  const t = customerWords();
  if (kind === "staff")
    return (
      <>
        <dt>{t.tester.who}</dt>
        <dd>{t.tester.what}</dd>
      </>
    );
  return (
    <>
      <dt>{kind === "phone" ? t.numbers : t.whatsappId}</dt>
      <dd class="ellipsis">{kind === "phone" ? <Phone of={value} link /> : <bdi dir="ltr">{value}</bdi>}</dd>
    </>
  );
}

export function CustomerTasks({ customerId }: { customerId: string }) {
  const t = customerWords();
  const editing = useSignal<Task | "new" | null>(null);
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t.tasks}</h2>
        <Button look="ghost" icon={plus} label={t.addTask} letter="T" onClick={() => (editing.value = "new")} />
      </div>
      <div class="card-body">
        <Loaded from={tasksOf(customerId)} skeleton={<SkeletonBlock size="44px" />}>
          {(tasks) =>
            tasks.length === 0 ? (
              <p class="muted small">{t.noTasks}</p>
            ) : (
              <ul class="rows">
                {tasks.map((task) => (
                  <li key={task.id}>
                    <TaskRow task={task} withoutCustomer onOpen={() => (editing.value = task)} />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
      {editing.value !== null && (
        <TaskDialog
          task={editing.value === "new" ? undefined : editing.value}
          customerId={customerId}
          onClose={() => (editing.value = null)}
        />
      )}
    </section>
  );
}

/** Who was made one with this customer, each with the way back. */
export function Merges({ customer }: { customer: Customer }) {
  const t = customerWords().merge;
  if (customer.merges.length === 0) return null;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t.past}</h2>
      </div>
      <ul class="card-body rows">
        {customer.merges.map(({ id, proof, mergedByName, createdAt }) => (
          <li key={id} class="row">
            <span class="row-main">
              <span class="row-title two-lines" dir="auto">
                {proof}
              </span>
              <span class="row-sub ellipsis" dir="auto">
                {mergedByName}, {dayName(createdAt)}
              </span>
            </span>
            <Button onClick={() => part(customer.id, id)}>{t.undo}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
