import { useSignal } from "@preact/signals";
import { withPassword } from "../../confirm-password.ts";
import { createForm } from "../../form.ts";
import { ago } from "../../format.ts";
import { trash } from "../../icons.ts";
import { renewFeedAddress, showFeedAddress } from "../../models/calendar.ts";
import {
  type ApiKey,
  addWebhook,
  keyList,
  makeKey,
  removeWebhook,
  revokeKey,
  switchWebhook,
  testWebhook,
  webhookList,
} from "../../models/settings.ts";
import { AskingButton } from "../../parts/asking.tsx";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { Field, Select } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { Together } from "../../parts/together.tsx";
import { settingsWords } from "../../strings/settings.he.ts";

const form = createForm();
const webhookForm = createForm();

/** By which programs come in: keys of the API, and the calendar's address. */
export function KeysTab() {
  const t = settingsWords().keys;
  const made = useSignal<string | null>(null);
  const { problems, busy } = form;
  const make = async (element: HTMLFormElement) => {
    const done = await form.submit(element, async ({ name = "", scope }) => {
      made.value = await withPassword(() => makeKey(name, scope === "write" ? "write" : "read"));
      return made.value;
    });
    if (done) element.reset();
  };
  return (
    <Together of={[keyList, webhookList]}>
      <section class="stack">
        <h2>{t.title}</h2>
        <Loaded from={keyList}>{({ items }) => <Keys items={items} />}</Loaded>
        {made.value !== null && <CopyText label={t.once} text={made.value} />}
        <Form onSubmit={make}>
          <Field label={t.name} name="name" error={problems.value.name} />
          <Select
            label={t.scope}
            name="scope"
            options={[
              { value: "read", label: t.scopes.read },
              { value: "write", label: t.scopes.write },
            ]}
          />
          <div>
            <Button type="submit" busy={busy.value}>
              {t.make}
            </Button>
          </div>
        </Form>
      </section>
      <Webhooks />
      <Feed />
    </Together>
  );
}

/** The calendar's address opens it without a login: shown when it is asked for, and replaced when it went astray. */
function Feed() {
  const t = settingsWords().keys;
  const shown = useSignal<string | null>(null);
  const show = (read: () => Promise<string | null>) => async () => {
    shown.value = (await read()) ?? shown.value;
  };
  return (
    <section class="stack">
      <h2>{t.feed}</h2>
      <p class="muted">{t.feedHint}</p>
      {shown.value !== null && <CopyText label={t.feed} text={shown.value} />}
      <div class="line-up">
        <Button onClick={show(showFeedAddress)}>{t.feedShow}</Button>
        <Button look="ghost" onClick={show(renewFeedAddress)}>
          {t.feedRenew}
        </Button>
      </div>
    </section>
  );
}

function Keys({ items }: { items: readonly ApiKey[] }) {
  const t = settingsWords().keys;
  if (items.length === 0)
    return (
      <p class="muted">
        {t.none}
        <a href="/api/docs" dir="ltr">
          /api/docs
        </a>
      </p>
    );
  return (
    <ul class="rows">
      {items.map((key) => (
        <li key={key.id} class="row">
          <span class="row-main">
            <span class="row-title" dir="auto">
              {key.name}
            </span>
            <span class="row-sub">
              <bdi dir="ltr">{key.hint}</bdi> · {t.scopes[key.scope]} ·{" "}
              {key.lastUsedAt === null ? t.never : t.used(ago(key.lastUsedAt))}
            </span>
          </span>
          <span class="row-side">
            {key.revokedAt === null ? (
              <AskingButton
                icon={trash}
                label={t.revoke(key.name)}
                question={{ ...t.revoking, title: t.revoking.title(key.name), onGo: () => revokeKey(key.id) }}
              />
            ) : (
              <Badge tone="plain">{t.revoked}</Badge>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Addresses of the business's own programs that are told what happens. */
function Webhooks() {
  const t = settingsWords().keys;
  const secret = useSignal<string | null>(null);
  const { problems, busy } = webhookForm;
  const add = async (element: HTMLFormElement) => {
    const done = await webhookForm.submit(element, async ({ url = "" }) => {
      secret.value = await withPassword(() => addWebhook(url));
      return secret.value;
    });
    if (done) element.reset();
  };
  return (
    <section class="stack">
      <h2>{t.webhooks}</h2>
      <Loaded from={webhookList}>
        {({ items }) => (
          <ul class="rows">
            {items.map(({ id, url, active, failingSince }) => (
              <li key={id} class="row side-below">
                <span class="row-main ellipsis" dir="ltr">
                  {url}
                </span>
                <span class="row-side">
                  {(!active || failingSince !== null) && <Badge tone="warn">{active ? t.failing : t.off}</Badge>}
                  {active && <Button onClick={() => testWebhook(id).then(() => toast(t.tested))}>{t.test}</Button>}
                  <Button look="ghost" onClick={() => withPassword(() => switchWebhook(id, !active))}>
                    {active ? t.switchOff : t.switchOn}
                  </Button>
                  <AskingButton
                    icon={trash}
                    label={t.remove(url)}
                    question={{ ...t.removing, title: t.removing.title(url), onGo: () => removeWebhook(id) }}
                  />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {secret.value !== null && <CopyText label={t.secret} text={secret.value} />}
      <Form onSubmit={add}>
        <Field label={t.url} name="url" type="url" hint={t.urlHint} error={problems.value.url} />
        <div>
          <Button type="submit" busy={busy.value}>
            {t.addWebhook}
          </Button>
        </div>
      </Form>
    </section>
  );
}
