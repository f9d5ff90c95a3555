import { clockOf } from "../../dates.ts";
import { createForm, numberIn } from "../../form.ts";
import { dateName } from "../../format.ts";
import { rotateCcw } from "../../icons.ts";
import { resourceList } from "../../models/calendar.ts";
import { clearDate, closeDate, type Opening, opening, saveRules } from "../../models/settings.ts";
import { Button } from "../../parts/button.tsx";
import { Field, NumberField } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { SettingsForm } from "../../parts/settings-form.tsx";
import { Together } from "../../parts/together.tsx";
import { query } from "../../router.ts";
import { settingsWords } from "../../strings/settings.he.ts";
import { Calendars, OwnWeek, WhoseHours } from "./calendars.tsx";
import { Week, weekOf } from "./week.tsx";

const dateForm = createForm();
const holidaysShown = 8;

export function HoursTab() {
  const calendars = resourceList.data.value?.items ?? [];
  const chosen = calendars.find(({ id }) => id === query.value.get("calendar")) ?? null;
  return (
    <Together of={[resourceList, opening]}>
      <WhoseHours calendars={calendars} chosen={chosen} />
      <Loaded from={opening}>
        {(data) => (
          <>
            {/* A week that somebody else has changed is shown anew: saving the old one would take theirs away. */}
            {chosen === null ? (
              <Week key={JSON.stringify(weekOf(data, null))} of={data} whose={null} />
            ) : (
              <OwnWeek key={chosen.id} of={data} calendar={chosen} />
            )}
            {chosen === null && <Rules of={data.rules} />}
            <Dates key={chosen?.id} of={data} whose={chosen?.id ?? null} />
          </>
        )}
      </Loaded>
      <Calendars />
    </Together>
  );
}

const ruleFields = [
  ["meetingMinutes", "length"],
  ["bufferBeforeMinutes", "bufferBefore"],
  ["bufferAfterMinutes", "bufferAfter"],
  ["minNoticeMinutes", "notice"],
  ["horizonDays", "horizon"],
] as const;

function Rules({ of }: { of: Opening["rules"] }) {
  const t = settingsWords().hours;
  return (
    <section class="stack">
      <h2>{t.rules}</h2>
      <SettingsForm of={of} read={written} save={saveRules}>
        {(problems) => (
          <>
            {ruleFields.map(([name, label]) => (
              <NumberField key={name} label={t[label]} name={name} value={of[name]} error={problems[name]} />
            ))}
            <label class="check switch">
              <input type="checkbox" name="keepsShabbat" defaultChecked={of.keepsShabbat} />
              {t.shabbat}
            </label>
          </>
        )}
      </SettingsForm>
    </section>
  );
}

const written = (values: Readonly<Record<string, string>>): Partial<Opening["rules"]> => ({
  ...Object.fromEntries(ruleFields.map(([name]) => [name, numberIn(values, name)])),
  keepsShabbat: values.keepsShabbat === "on",
});

function Dates({ of, whose }: { of: Opening; whose: string | null }) {
  const t = settingsWords().hours;
  const own = of.exceptions.filter(({ resourceId }) => resourceId === whose);
  const dates = [...new Set(own.map(({ date }) => date))];
  const close = async (element: HTMLFormElement) => {
    if (await dateForm.submit(element, ({ date = "" }) => closeDate(date, whose))) element.reset();
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
                {own
                  .filter((one) => one.date === date)
                  .map((one, index) => (
                    <span key={index}>
                      {index > 0 && ", "}
                      <Hours of={one} />
                    </span>
                  ))}
                <Button
                  look="ghost"
                  icon={rotateCcw}
                  label={t.clear(dateName(date))}
                  onClick={() => clearDate(date, whose)}
                />
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

/** Hours of a date run from left to right in every language. */
function Hours({ of: { fromMinute, toMinute } }: { of: Opening["exceptions"][number] }) {
  if (fromMinute === null || toMinute === null) return <>{settingsWords().hours.closed}</>;
  return <bdi dir="ltr">{`${clockOf(fromMinute)}–${clockOf(toMinute)}`}</bdi>;
}
