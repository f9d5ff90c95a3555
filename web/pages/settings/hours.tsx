import { clockOf, minuteOf } from "../../dates.ts";
import { createForm } from "../../form.ts";
import { dateName, weekdayName } from "../../format.ts";
import { rotateCcw } from "../../icons.ts";
import { clearDate, type Opening, opening, saveDate, saveRules, saveWeek } from "../../models/settings.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { settingsWords } from "../../strings/settings.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

const weekForm = createForm();
const rulesForm = createForm();
const dateForm = createForm();
/** ISO weekdays as an Israeli week has them: Sunday first. */
const week = [7, 1, 2, 3, 4, 5, 6];
const usual = { fromMinute: 9 * 60, toMinute: 17 * 60 };
const holidaysShown = 8;

export const HoursTab = () => (
  <Loaded from={opening}>
    {(data) => (
      <>
        <Week of={data} />
        <Rules of={data} />
        <Dates of={data} />
      </>
    )}
  </Loaded>
);

function Week({ of }: { of: Opening }) {
  const t = settingsWords();
  const save = (element: HTMLFormElement) =>
    weekForm.submit(element, async (values) => {
      await saveWeek(week.filter((day) => values[`open${day}`] === "on").map((day) => windowOf(values, day)));
      toast(t.saved);
    });
  return (
    <Form onSubmit={save}>
      <h2>{t.hours.week}</h2>
      {week.map((day) => {
        const known = of.weekly.find(({ weekday, resourceId }) => weekday === day && resourceId === null);
        const { fromMinute, toMinute } = known ?? usual;
        const name = weekdayName(day);
        return (
          <div key={day} class="line-up week-day">
            <label class="check">
              <input type="checkbox" name={`open${day}`} defaultChecked={known !== undefined} />
              <span class="week-day-name">{name}</span>
            </label>
            <input
              class="input"
              type="time"
              dir="ltr"
              name={`from${day}`}
              aria-label={t.hours.from(name)}
              defaultValue={clockOf(fromMinute)}
            />
            <input
              class="input"
              type="time"
              dir="ltr"
              name={`to${day}`}
              aria-label={t.hours.to(name)}
              defaultValue={clockOf(toMinute % (24 * 60))}
            />
          </div>
        );
      })}
      <div>
        <Button type="submit" look="primary" busy={weekForm.busy.value}>
          {t.hours.saveWeek}
        </Button>
      </div>
    </Form>
  );
}

const at = (clock = ""): number => minuteOf(`          T${clock}`);

/** Midnight as an end is the day's end. */
const windowOf = (values: Record<string, string>, weekday: number) => ({
  weekday,
  fromMinute: at(values[`from${weekday}`]),
  toMinute: at(values[`to${weekday}`]) || 24 * 60,
});

const ruleFields = [
  ["meetingMinutes", "length"],
  ["bufferBeforeMinutes", "bufferBefore"],
  ["bufferAfterMinutes", "bufferAfter"],
  ["minNoticeMinutes", "notice"],
  ["horizonDays", "horizon"],
] as const;

function Rules({ of }: { of: Opening }) {
  const t = settingsWords();
  const save = (element: HTMLFormElement) =>
    rulesForm.submit(element, async (values) => {
      const numbers = Object.fromEntries(ruleFields.map(([name]) => [name, Number(values[name])]));
      await saveRules({ ...numbers, keepsShabbat: values.keepsShabbat === "on" });
      toast(t.saved);
    });
  return (
    <Form onSubmit={save}>
      <h2>{t.hours.rules}</h2>
      {ruleFields.map(([name, label]) => (
        <Field
          key={name}
          label={t.hours[label]}
          name={name}
          ltr
          inputMode="numeric"
          value={String(of.rules[name])}
          error={rulesForm.problems.value[name]}
        />
      ))}
      <label class="check switch">
        <input type="checkbox" name="keepsShabbat" defaultChecked={of.rules.keepsShabbat} />
        {t.hours.shabbat}
      </label>
      <div>
        <Button type="submit" look="primary" busy={rulesForm.busy.value}>
          {shellWords().save}
        </Button>
      </div>
    </Form>
  );
}

function Dates({ of }: { of: Opening }) {
  const t = settingsWords().hours;
  const dates = [...new Set(of.exceptions.map(({ date }) => date))];
  const close = async (element: HTMLFormElement) => {
    if (await dateForm.submit(element, ({ date = "" }) => saveDate(date, []))) element.reset();
  };
  return (
    <section class="stack">
      <h2>{t.dates}</h2>
      {dates.length === 0 ? (
        <p class="muted">{t.noDates}</p>
      ) : (
        <ul class="rows">
          {dates.map((date) => (
            <li key={date} class="row">
              <span class="row-main">{dateName(date)}</span>
              <span class="row-side">
                {of.exceptions
                  .filter((one) => one.date === date)
                  .map(({ fromMinute, toMinute }) =>
                    fromMinute === null || toMinute === null ? t.closed : `${clockOf(fromMinute)}–${clockOf(toMinute)}`,
                  )
                  .join(", ")}
                <Button look="ghost" icon={rotateCcw} label={t.clear(dateName(date))} onClick={() => clearDate(date)} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <Form onSubmit={close}>
        <Field label={t.date} name="date" type="date" ltr error={dateForm.problems.value.date} />
        <div>
          <Button type="submit" busy={dateForm.busy.value}>
            {t.addClosed}
          </Button>
        </div>
      </Form>
      <h2>{t.holidays}</h2>
      <ul class="rows">
        {of.holidays.slice(0, holidaysShown).map(({ date, name, hebrewDate }) => (
          <li key={date} class="row">
            <span class="row-main">{name}</span>
            <span class="row-side">
              {dateName(date)} · {hebrewDate}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
