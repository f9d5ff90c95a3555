import { useSignal } from "@preact/signals";
import { withPassword } from "../../confirm-password.ts";
import { ago, phoneText } from "../../format.ts";
import { building, ellipsisVertical, plus, search } from "../../icons.ts";
import { type Office, officesBy, openOffice, setOfficeStatus } from "../../models/admin.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Field } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Menu, MenuItem } from "../../parts/menu.tsx";
import { Page } from "../../parts/page.tsx";
import { failed } from "../../parts/toasts.tsx";
import { query, setQuery } from "../../router.ts";
import { enterBusiness } from "../../session.ts";
import { settingsWords } from "../../strings/settings.he.ts";
import { FirstBusiness } from "./first-business.tsx";

/** Every business of the installation, and the way into each. */
export default function BusinessesPage() {
  const t = settingsWords().admin;
  const opening = useSignal(false);
  const link = useSignal<string | null>(null);
  const text = query.value.get("q") ?? "";
  const isNew = text === "" && officesBy("").data.value?.items.length === 0;
  const add = (
    <Button
      look="primary"
      icon={plus}
      shrinks
      onClick={() => {
        opening.value = true;
      }}
    >
      {t.open}
    </Button>
  );
  return (
    <Page narrow title={t.businesses} actions={isNew ? undefined : add}>
      {link.value !== null && <CopyText label={t.link} text={link.value} hint={settingsWords().team.linkHint} />}
      <search class="search" hidden={isNew}>
        <Icon of={search} />
        <input
          class="input"
          type="search"
          aria-label={t.search}
          placeholder={t.search}
          defaultValue={text}
          onInput={(event) => setQuery({ q: event.currentTarget.value.trim() })}
        />
      </search>
      <Loaded key={text} from={officesBy(text)}>
        {({ items }) =>
          items.length === 0 && text === "" ? (
            <FirstBusiness />
          ) : items.length === 0 ? (
            <Empty icon={building} title={t.none.title} text={t.none.text} />
          ) : (
            <ul class="rows">
              {items.map((office) => (
                <li key={office.id} class="row">
                  <Row of={office} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {opening.value && (
        <NewOffice
          onClose={() => {
            opening.value = false;
          }}
          onLink={(made) => {
            link.value = made;
          }}
        />
      )}
    </Page>
  );
}

function Row({ of }: { of: Office }) {
  const t = settingsWords().admin;
  const facts = [
    t.calls(of.calls),
    ...(of.failedCalls > 0 ? [t.failed(of.failedCalls)] : []),
    ...(of.openTasks > 0 ? [t.tasks(of.openTasks)] : []),
    ...(of.lastCallAt === null ? [] : [t.last(ago(of.lastCallAt))]),
  ];
  const turn = of.status === "active" ? ("suspended" as const) : ("active" as const);
  return (
    <>
      <Avatar name={of.name} />
      <span class="row-main">
        <span class="row-title">
          <bdi>{of.name}</bdi> {of.status === "suspended" && <Badge tone="danger">{t.suspended}</Badge>}
        </span>
        <span class="row-sub">
          {of.phones.map((phone) => (
            <span key={phone}>
              <bdi dir="ltr">{phoneText(phone)}</bdi> ·{" "}
            </span>
          ))}
          {facts.join(" · ")}
        </span>
      </span>
      <span class="row-side">
        <Button onClick={() => enterBusiness(of.id)}>{t.enter}</Button>
        <Menu
          look="btn ghost icon-only"
          label={of.name}
          trigger={<Icon of={ellipsisVertical} />}
          items={() => (
            <MenuItem
              danger={turn === "suspended"}
              onClick={() => void withPassword(() => setOfficeStatus(of.id, turn)).catch(failed)}
            >
              {turn === "suspended" ? t.suspend : t.activate}
            </MenuItem>
          )}
        />
      </span>
    </>
  );
}

function NewOffice({ onClose, onLink }: { onClose: () => void; onLink: (link: string) => void }) {
  const t = settingsWords().admin;
  const open = async ({ name = "", phone = "", ownerName = "", ownerEmail = "" }: Record<string, string>) => {
    const owner = ownerName || ownerEmail ? { owner: { name: ownerName, email: ownerEmail } } : {};
    const office = { name, ...(phone ? { phone } : {}), ...owner };
    const made = await withPassword(() => openOffice(office));
    if (made === null) return null;
    if (made.link) onLink(made.link);
    return officesBy("").reload();
  };
  return (
    <FormDialog title={t.open} go={t.open} onSend={open} onClose={onClose}>
      {(wrong) => (
        <>
          <Field label={t.name} name="name" error={wrong.name} />
          <Field label={t.phone} name="phone" type="tel" hint={t.phoneLater} error={wrong.phone} />
          <Field label={t.ownerName} name="ownerName" hint={t.ownerLater} error={wrong["owner.name"]} />
          <Field label={t.ownerEmail} name="ownerEmail" type="email" error={wrong["owner.email"]} />
        </>
      )}
    </FormDialog>
  );
}
