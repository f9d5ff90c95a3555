import { withPassword } from "../../confirm-password.ts";
import { createForm } from "../../form.ts";
import { openOffice } from "../../models/admin.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { enterBusiness } from "../../session.ts";
import { settingsWords } from "../../strings/settings.he.ts";

const form = createForm();

/** Where a new installation begins: name the business, and be inside it. Everything else has its step in the checklist. */
export function FirstBusiness() {
  const t = settingsWords().admin;
  const { problems, busy } = form;
  const open = (element: HTMLFormElement) =>
    form.submit(element, async ({ name = "", city, phone }) => {
      const office = { name, ...(city ? { city } : {}), ...(phone ? { phone } : {}) };
      const made = await withPassword(() => openOffice(office));
      if (made !== null) await enterBusiness(made.businessId);
    });
  const wrong = problems.value;
  return (
    <section class="card card-pad stack">
      <h2>{t.first.title}</h2>
      <p class="muted">{t.first.text}</p>
      <Form onSubmit={open}>
        <Field label={t.name} name="name" autocomplete="organization" error={wrong.name} />
        <Field label={t.first.city} name="city" hint={t.first.cityHint} error={wrong.city} />
        <Field label={t.phone} name="phone" type="tel" hint={t.phoneLater} error={wrong.phone} />
        <Button type="submit" look="primary" wide busy={busy.value}>
          {t.first.open}
        </Button>
      </Form>
    </section>
  );
}
