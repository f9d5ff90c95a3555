import { createForm } from "../../form.ts";
import { phoneText } from "../../format.ts";
import { trash } from "../../icons.ts";
import {
  addNumber,
  type Business,
  businessData,
  numberList,
  removeNumber,
  saveBusiness,
} from "../../models/settings.ts";
import { AskingButton } from "../../parts/asking.tsx";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { SettingsForm } from "../../parts/settings-form.tsx";
import { Together } from "../../parts/together.tsx";
import { me } from "../../session.ts";
import { settingsWords } from "../../strings/settings.he.ts";

const numberForm = createForm();

export const BusinessTab = () => (
  <Together of={[businessData, numberList]}>
    <Loaded from={businessData}>{(business) => <Details of={business} />}</Loaded>
    <Numbers />
  </Together>
);

function Details({ of }: { of: Business }) {
  const t = settingsWords().business;
  return (
    <SettingsForm of={of} read={written} save={saveBusiness}>
      {(problems) => (
        <>
          <Field label={t.name} name="name" value={of.name} error={problems.name} />
          <Field label={t.city} name="city" value={of.city ?? ""} hint={t.cityHint} error={problems.city} />
          <Field label={t.timezone} name="timezone" ltr value={of.timezone} error={problems.timezone} />
          <Field
            label={t.languages}
            name="languages"
            ltr
            value={of.languages.join(", ")}
            hint={t.languagesHint}
            error={problems.languages ?? problems["languages.0"]}
          />
        </>
      )}
    </SettingsForm>
  );
}

const written = ({ name = "", city = "", timezone = "", languages = "" }): Partial<Business> => ({
  name,
  city,
  timezone,
  languages: languages.split(/[\s,]+/).filter((code) => code !== ""),
});

function Numbers() {
  const t = settingsWords().business;
  const { problems, busy } = numberForm;
  const add = async (element: HTMLFormElement) => {
    if (await numberForm.submit(element, ({ phone = "" }) => addNumber(phone))) element.reset();
  };
  return (
    <section class="stack">
      <h2>{t.numbers}</h2>
      <Loaded from={numberList}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted">{t.noNumbers}</p>
          ) : (
            <ul class="rows">
              {items.map(({ phone }) => (
                <li key={phone} class="row">
                  <span class="row-main">
                    <bdi dir="ltr">{phoneText(phone)}</bdi>
                  </span>
                  <AskingButton
                    icon={trash}
                    label={t.removeNumber(phoneText(phone))}
                    question={{
                      ...t.removing,
                      title: t.removing.title(phoneText(phone)),
                      onGo: () => removeNumber(phone),
                    }}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {me.value?.role === "system_admin" ? (
        <Form onSubmit={add}>
          <Field label={t.number} name="phone" type="tel" error={problems.value.phone} />
          <div>
            <Button type="submit" busy={busy.value}>
              {t.addNumber}
            </Button>
          </div>
        </Form>
      ) : (
        <p class="muted">{t.numbersByAdmin}</p>
      )}
    </section>
  );
}
