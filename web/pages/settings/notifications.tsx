import { nearTime } from "../../format.ts";
import {
  type OwnerPath,
  type OwnerPaths,
  ownerPaths,
  saveOwnerPaths,
  testOwnerPath,
} from "../../models/owner-paths.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PushSwitch } from "../../parts/push-switch.tsx";
import { SettingsForm } from "../../parts/settings-form.tsx";
import { toast } from "../../parts/toasts.tsx";
import { me } from "../../session.ts";
import { settingsWords } from "../../strings/settings.he.ts";

export function NotificationsTab() {
  const t = settingsWords().notifications;
  return (
    <>
      <section class="stack">
        <p class="muted">{t.what}</p>
        <PushSwitch />
      </section>
      {me.value?.role !== "agent" && (
        <section class="stack">
          <h2>{t.owner}</h2>
          <p class="muted">{t.ownerHint}</p>
          <Loaded from={ownerPaths}>{(paths) => <Paths of={paths} />}</Loaded>
        </section>
      )}
    </>
  );
}

function Paths({ of }: { of: OwnerPaths }) {
  const t = settingsWords().notifications;
  return (
    <>
      <SettingsForm of={of} read={written} save={saveOwnerPaths}>
        {(problems) => (
          <>
            <Field
              label={t.whatsapp}
              name="whatsapp"
              type="tel"
              value={of.whatsapp ?? ""}
              hint={t.whatsappHint}
              error={problems.whatsapp}
            />
            <Field
              label={t.mail}
              name="mail"
              type="email"
              value={of.mail ?? ""}
              hint={of.hasMail ? t.mailHint : t.outcomes.no_mail_server}
              error={problems.mail}
            />
            <label class="check switch">
              <input type="checkbox" name="urgentOnly" defaultChecked={of.urgentOnly} />
              {t.urgentOnly}
            </label>
          </>
        )}
      </SettingsForm>
      <ul class="rows">
        {of.whatsapp !== null && <Tried path="whatsapp" name={t.byWhatsapp} of={of} />}
        {of.mail !== null && of.hasMail && <Tried path="mail" name={t.byMail} of={of} />}
      </ul>
    </>
  );
}

const written = (values: Readonly<Record<string, string>>): Partial<OwnerPaths> => ({
  whatsapp: (values.whatsapp || null) as OwnerPaths["whatsapp"],
  mail: values.mail || null,
  urgentOnly: values.urgentOnly === "on",
});

/** How it went last on a path, and a press to see whether it works now. */
function Tried({ path, name, of }: { path: OwnerPath; name: string; of: OwnerPaths }) {
  const t = settingsWords().notifications;
  const said = (outcome: string): string =>
    outcome in t.outcomes ? t.outcomes[outcome as keyof typeof t.outcomes] : t.outcomes.failed;
  const last = of.last[path];
  const test = async () => {
    const outcome = await testOwnerPath(path);
    toast(said(outcome), { bad: outcome !== "sent" });
  };
  return (
    <li class="row">
      <span class="row-main">
        <span class="row-title">{name}</span>
        <span class="row-sub">{last === null ? t.never : `${said(last.outcome)} · ${nearTime(last.at)}`}</span>
      </span>
      <span class="row-side">
        <Button onClick={test}>{t.test(name)}</Button>
      </span>
    </li>
  );
}
