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
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { me } from "../../session.ts";
import { settingsWords } from "../../strings/settings.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

const form = createForm();
const numberForm = createForm();

export const BusinessTab = () => (
  <>
    <Loaded from={businessData}>{(business) => <Details of={business} />}</Loaded>
    <Numbers />
  </>
);

function Details({ of }: { of: Business }) {
  const t = settingsWords();
  const { problems, busy } = form;
  const save = (element: HTMLFormElement) =>
    form.submit(element, async ({ name = "", city = "", timezone = "", languages = "" }) => {
      await saveBusiness({ name, city, timezone, languages: languages.split(/[\s,]+/).filter((code) => code !== "") });
      toast(t.saved);
    });
  return (
    <Form onSubmit={save}>
      <Field label={t.business.name} name="name" value={of.name} error={problems.value.name} />
      <Field
        label={t.business.city}
        name="city"
        value={of.city ?? ""}
        hint={t.business.cityHint}
        error={problems.value.city}
      />
      <Field label={t.business.timezone} name="timezone" ltr value={of.timezone} error={problems.value.timezone} />
      <Field
        label={t.business.languages}
        name="languages"
        ltr
        value={of.languages.join(", ")}
        hint={t.business.languagesHint}
        error={problems.value.languages ?? problems.value["languages.0"]}
      />
      <div>
        <Button type="submit" look="primary" busy={busy.value}>
          {shellWords().save}
        </Button>
      </div>
    </Form>
  );
}

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
                  <Button
                    look="ghost"
                    icon={trash}
                    label={t.removeNumber(phoneText(phone))}
                    onClick={() => removeNumber(phone)}
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
