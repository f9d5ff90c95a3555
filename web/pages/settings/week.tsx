import { useSignal } from "@preact/signals";
import { ApiError } from "../../api.ts";
import { clockOf, minuteOf } from "../../dates.ts";
import { createForm } from "../../form.ts";
import { weekdayName } from "../../format.ts";
import { plus, x } from "../../icons.ts";
import { type Opening, saveWeek, type Window } from "../../models/settings.ts";
import { Button } from "../../parts/button.tsx";
import { FieldNote } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { toast } from "../../parts/toasts.tsx";
import { settingsWords } from "../../strings/settings.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

const form = createForm();
/** ISO weekdays as an Israeli week has them: Sunday first. */
const week = [7, 1, 2, 3, 4, 5, 6];
const usual = { fromMinute: 9 * 60, toMinute: 17 * 60 };
const dayEnd = 24 * 60;

/** A window in the form; its name is that of its fields and stays while others come and go. */
interface Row extends Window {
  name: string;
}

/** The windows that a calendar has of its own; null = the business's. */
export const weekOf = (of: Opening, whose: string | null): Opening["weekly"] =>
  of.weekly.filter(({ resourceId }) => resourceId === whose);

/**
 * The usual week: any number of windows a day. All of them are replaced when it is saved, so all of them are shown. A
 * calendar without hours of its own begins with the business's.
 */
export function Week({ of, whose }: { of: Opening; whose: string | null }) {
  const t = settingsWords();
  const own = weekOf(of, whose);
  const rows = useSignal<readonly Row[]>(
    (own.length > 0 ? own : weekOf(of, null)).map(({ weekday, fromMinute, toMinute }, index) => ({
      weekday,
      fromMinute,
      toMinute,
      name: `${index}`,
    })),
  );
  const add = (weekday: number) => {
    const last = rows.value.findLast((row) => row.weekday === weekday);
    rows.value = [...rows.value, { weekday, ...next(last), name: crypto.randomUUID() }];
  };
  const keep = (wanted: (row: Row) => boolean) => {
    rows.value = rows.value.filter(wanted);
  };
  const save = (element: HTMLFormElement) =>
    form.submit(element, async (values) => {
      await saveWeek(
        rows.value.map((row) => windowOf(values, row)),
        whose,
      ).catch((error) => {
        throw beside(error, rows.value);
      });
      toast(shellWords().saved);
    });
  return (
    <Form onSubmit={save}>
      <h2>{t.hours.week}</h2>
      {week.map((day) => {
        const own = rows.value.filter(({ weekday }) => weekday === day);
        const name = weekdayName(day);
        return (
          <div key={day} class="week-day">
            <label class="check">
              <input
                type="checkbox"
                checked={own.length > 0}
                onChange={() => (own.length > 0 ? keep(({ weekday }) => weekday !== day) : add(day))}
              />
              <span class="week-day-name">{name}</span>
            </label>
            <Button look="ghost" icon={plus} label={t.hours.addWindow(name)} onClick={() => add(day)} />
            <div class="week-windows">
              {own.map((row, index) => (
                <WindowFields
                  key={row.name}
                  of={row}
                  day={index === 0 ? name : `${name} (${index + 1})`}
                  onRemove={own.length > 1 ? () => keep((one) => one !== row) : undefined}
                />
              ))}
            </div>
          </div>
        );
      })}
      <div>
        <Button type="submit" look="primary" busy={form.busy.value}>
          {t.hours.saveWeek}
        </Button>
      </div>
    </Form>
  );
}

interface WindowFieldsProps {
  of: Row;
  /** The day's name, numbered from its second window on. */
  day: string;
  onRemove: (() => void) | undefined;
}

function WindowFields({ of, day, onRemove }: WindowFieldsProps) {
  const t = settingsWords().hours;
  const name = `from ${of.name}`;
  const until = `to ${of.name}`;
  const error = form.problems.value[name] ?? form.problems.value[until];
  const note = error ? `week-${of.name}-note` : undefined;
  const about = {
    class: "input",
    type: "time",
    dir: "ltr",
    "aria-invalid": error ? true : undefined,
    "aria-describedby": note,
  } as const;
  return (
    <div class="week-window">
      <input {...about} name={name} aria-label={t.from(day)} defaultValue={clockOf(of.fromMinute)} />
      <input {...about} name={until} aria-label={t.to(day)} defaultValue={clockOf(of.toMinute % dayEnd)} />
      {onRemove && <Button look="ghost" icon={x} label={t.removeWindow(day)} onClick={onRemove} />}
      <FieldNote id={note} error={error && t.wrongWindow} hint={undefined} />
    </div>
  );
}

/** Where a day goes on after a window: a break of an hour, then three hours. */
function next(last: Row | undefined): { fromMinute: number; toMinute: number } {
  if (last === undefined) return usual;
  const fromMinute = Math.min(last.toMinute + 60, dayEnd - 60);
  return { fromMinute, toMinute: Math.min(fromMinute + 180, dayEnd) };
}

const at = (clock = ""): number => minuteOf(`          T${clock}`);

/** Midnight as an end is the day's end. */
function windowOf(values: Record<string, string>, { name, weekday }: Row): Window {
  const toMinute = at(values[`to ${name}`]);
  return { weekday, fromMinute: at(values[`from ${name}`]), toMinute: toMinute === 0 ? dayEnd : toMinute };
}

/** The server names a refused window by its place (`windows.2.toMinute`); here it gets the name of its field. */
function beside(error: unknown, rows: readonly Row[]): unknown {
  if (!(error instanceof ApiError)) return error;
  const fields = error.fields.map((field) => {
    const [, index = "", part] = field.path.split(".");
    return { ...field, path: `${part === "fromMinute" ? "from" : "to"} ${rows[Number(index)]?.name}` };
  });
  return new ApiError(error.code, fields, error.status, error.reason);
}
