import { useSignal } from "@preact/signals";
import { useForm } from "../form.ts";
import { calendarPlus, ellipsis, messageCircle, phone as phoneIcon, send } from "../icons.ts";
import { addNote, archive, type Customer, customer, erase, exportPerson, rename } from "../models/customer.ts";
import { leadName, statuses } from "../models/leads.ts";
import { Asking } from "../parts/asking.tsx";
import { Avatar } from "../parts/avatar.tsx";
import { Button, LinkButton } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Form } from "../parts/form.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Menu, MenuItem } from "../parts/menu.tsx";
import { Page } from "../parts/page.tsx";
import { failed, toast } from "../parts/toasts.tsx";
import { useResource } from "../resource.ts";
import { go as leave } from "../router.ts";
import { me } from "../session.ts";
import { customerWords } from "../strings/customer.he.ts";
import { leadWords } from "../strings/leads.he.ts";
import { shellWords } from "../strings/shell.he.ts";
import { CustomerTasks, Details, Merges } from "./customer/details.tsx";
import { MergeDialog } from "./customer/merge-dialog.tsx";
import { Timeline } from "./customer/timeline.tsx";

export default function CustomerPage({ params }: { params: { id: string } }) {
  const shown = customer(params.id);
  useResource(shown);
  useResource(statuses);
  const data = shown.data.value;
  const name = data ? nameOf(data) : leadWords().title;
  return (
    <Page
      title={name}
      back="/leads"
      lead={
        <span class="only-wide">
          <Avatar name={data?.name ?? null} size="large" />
        </span>
      }
      actions={data && <Actions customer={data} name={name} />}
    >
      <Loaded from={shown}>
        {(found) => (
          <div class="columns">
            <div class="stack">
              <NoteComposer customerId={found.id} />
              <Timeline customerId={found.id} />
            </div>
            <aside class="stack first" aria-label={customerWords().details}>
              <Details customer={found} />
              <CustomerTasks customerId={found.id} />
              <Merges customer={found} />
            </aside>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

const phonesOf = ({ identities }: Customer): string[] =>
  identities.filter(({ kind }) => kind === "phone").map(({ value }) => value);

const nameOf = (found: Customer): string => leadName({ name: found.name, phones: phonesOf(found) });

function Actions({ customer: found, name }: { customer: Customer; name: string }) {
  const t = customerWords();
  const renaming = useSignal(false);
  const merging = useSignal(false);
  const erasing = useSignal(false);
  const isOwner = me.value?.role !== "agent";
  const [phone] = phonesOf(found);
  const { lead } = found;
  return (
    <>
      {phone !== undefined && (
        <LinkButton to={`tel:${phone}`} icon={phoneIcon} look="primary" letter="C" shrinks>
          {t.call}
        </LinkButton>
      )}
      <LinkButton to={`/calendar?new=${found.id}`} icon={calendarPlus} letter="B" shrinks>
        {t.book}
      </LinkButton>
      <span class="only-wide">
        <LinkButton to={`/inbox?with=${found.id}`} icon={messageCircle} label={t.toThread} letter="R" />
      </span>
      <Menu
        look="btn outline icon-only"
        trigger={<Icon of={ellipsis} />}
        label={t.more}
        items={() => (
          <>
            <MenuItem onClick={() => (renaming.value = true)}>{t.rename}</MenuItem>
            <MenuItem onClick={() => (merging.value = true)}>{t.merge.action}</MenuItem>
            {lead && <MenuItem onClick={() => void archive(lead.id, name).catch(failed)}>{t.archive}</MenuItem>}
            {isOwner && <MenuItem onClick={() => void exportPerson(found.id).catch(failed)}>{t.exported}</MenuItem>}
            {isOwner && (
              <MenuItem danger onClick={() => (erasing.value = true)}>
                {t.erase}
              </MenuItem>
            )}
          </>
        )}
      />
      {renaming.value && <Rename customer={found} onClose={() => (renaming.value = false)} />}
      {merging.value && <MergeDialog customer={found} name={name} onClose={() => (merging.value = false)} />}
      {erasing.value && <Erase customerId={found.id} name={name} onClose={() => (erasing.value = false)} />}
    </>
  );
}

function Erase({ customerId, name, onClose }: { customerId: string; name: string; onClose: () => void }) {
  const t = customerWords().erasing;
  const go = async () => {
    if (!(await erase(customerId))) return false;
    toast(t.begun);
    leave("/leads", { replace: true });
    return true;
  };
  return <Asking title={t.title(name)} text={t.text} go={t.go} onGo={go} onClose={onClose} />;
}

function Rename({ customer: found, onClose }: { customer: Customer; onClose: () => void }) {
  const t = customerWords();
  const save = ({ name = "" }: Record<string, string>) => rename(found.id, name);
  return (
    <FormDialog title={t.rename} go={shellWords().save} onSend={save} onClose={onClose}>
      {({ name }) => <Field label={leadWords().form.name} name="name" value={found.name ?? ""} error={name} />}
    </FormDialog>
  );
}

function NoteComposer({ customerId }: { customerId: string }) {
  const t = customerWords();
  const { problems, busy, submit } = useForm();
  const add = async (element: HTMLFormElement) => {
    if (await submit(element, ({ body = "" }) => addNote(customerId, body))) element.reset();
  };
  return (
    <Form class="composer" onSubmit={add}>
      <textarea
        class="input"
        name="body"
        rows={1}
        dir="auto"
        maxLength={4_000}
        aria-label={t.note}
        aria-keyshortcuts="N"
        placeholder={t.note}
        aria-invalid={problems.value.body ? true : undefined}
      />
      <Button type="submit" icon={send} label={t.addNote} flip busy={busy.value} />
    </Form>
  );
}
