import { useSignal } from "@preact/signals";
import { pencil, plus, trash } from "../../icons.ts";
import { resourceList } from "../../models/calendar.ts";
import { addCalendar, changeCalendar, type Opening, removeCalendar, saveWeek } from "../../models/settings.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Field, FieldNote, Select } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { setQuery } from "../../router.ts";
import { settingsWords } from "../../strings/settings.he.ts";
import { shellWords } from "../../strings/shell.he.ts";
import { Week, weekOf } from "./week.tsx";

/** Somebody or something that can be booked (C3). */
export interface Calendar {
  id: string;
  name: string;
  active: boolean;
}

/** Whose hours are shown; nobody's own while there is one calendar only. */
export function WhoseHours({ calendars, chosen }: { calendars: readonly Calendar[]; chosen: Calendar | null }) {
  const t = settingsWords().calendars;
  if (calendars.length < 2) return null;
  return (
    <Select
      label={t.whose}
      name="calendar"
      value={chosen?.id ?? ""}
      options={[{ value: "", label: t.everybody }, ...calendars.map(({ id, name }) => ({ value: id, label: name }))]}
      onChange={(calendar) => setQuery({ calendar })}
    />
  );
}

/** The week of one calendar: the business's, until it gets hours of its own. */
export function OwnWeek({ of, calendar }: { of: Opening; calendar: Calendar }) {
  const t = settingsWords().calendars;
  const wanted = useSignal(false);
  const isOwn = weekOf(of, calendar.id).length > 0;
  const giveBack = async () => {
    wanted.value = false;
    await saveWeek([], calendar.id);
  };
  if (!isOwn && !wanted.value)
    return (
      <section class="stack">
        <p>{t.follows(calendar.name)}</p>
        <div>
          <Button
            onClick={() => {
              wanted.value = true;
            }}
          >
            {t.ownHours}
          </Button>
        </div>
      </section>
    );
  return (
    <>
      <Week key={JSON.stringify(weekOf(of, calendar.id))} of={of} whose={calendar.id} />
      <div>
        <Button look="ghost" onClick={giveBack}>
          {t.giveBack}
        </Button>
      </div>
    </>
  );
}

/** Everybody who can be booked: each has meetings and, if wanted, hours of their own. */
export function Calendars() {
  const t = settingsWords().calendars;
  const editing = useSignal<Calendar | "new" | null>(null);
  const remove = async ({ id, name }: Calendar) => {
    await removeCalendar(id);
    toast(t.removed(name));
  };
  return (
    <section class="stack">
      <div class="section-head">
        <h2>{t.title}</h2>
        <Button
          icon={plus}
          onClick={() => {
            editing.value = "new";
          }}
        >
          {t.add}
        </Button>
      </div>
      <p class="muted">{t.intro}</p>
      <Loaded from={resourceList}>
        {({ items }) => (
          <ul class="rows">
            {items.map((calendar) => (
              <li key={calendar.id} class="row">
                <span class="row-main">
                  <bdi>{calendar.name}</bdi> {!calendar.active && <Badge tone="plain">{t.closed}</Badge>}
                </span>
                <span class="row-side">
                  <Button
                    look="ghost"
                    icon={pencil}
                    label={t.edit(calendar.name)}
                    onClick={() => {
                      editing.value = calendar;
                    }}
                  />
                  {items.length > 1 && (
                    <Button
                      look="ghost"
                      icon={trash}
                      label={t.remove(calendar.name)}
                      onClick={() => remove(calendar)}
                    />
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {editing.value !== null && (
        <Edit of={editing.value === "new" ? null : editing.value} onClose={() => (editing.value = null)} />
      )}
    </section>
  );
}

function Edit({ of, onClose }: { of: Calendar | null; onClose: () => void }) {
  const t = settingsWords().calendars;
  const save = ({ name = "", active }: Record<string, string>) =>
    of === null ? addCalendar(name) : changeCalendar(of, { name, active: active === "on" });
  const title = of === null ? t.add : t.edit(of.name);
  return (
    <FormDialog title={title} go={shellWords().save} onSend={save} onClose={onClose}>
      {(problems) => (
        <>
          <Field
            label={t.name}
            name="name"
            maxLength={80}
            autocomplete="off"
            value={of?.name ?? ""}
            error={problems.name}
          />
          {of !== null && (
            <div class="field">
              <label class="check switch">
                <input type="checkbox" name="active" defaultChecked={of.active} />
                {t.active}
              </label>
              <FieldNote id={undefined} error={problems.active} hint={t.activeHint} />
            </div>
          )}
        </>
      )}
    </FormDialog>
  );
}
