import { useSignal } from "@preact/signals";
import { withPassword } from "../../confirm-password.ts";
import { ago } from "../../format.ts";
import { link as linkIcon, trash, userPlus } from "../../icons.ts";
import { inviteMember, type Member, newLink, removeMember, teamList } from "../../models/settings.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { Field, Select } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { me } from "../../session.ts";
import { settingsWords } from "../../strings/settings.he.ts";

export function TeamTab() {
  const t = settingsWords().team;
  const inviting = useSignal(false);
  const link = useSignal<string | null>(null);
  return (
    <section class="stack">
      <div>
        <Button
          look="primary"
          icon={userPlus}
          onClick={() => {
            inviting.value = true;
          }}
        >
          {t.invite}
        </Button>
      </div>
      {link.value !== null && <CopyText label={t.link} text={link.value} hint={t.linkHint} />}
      <Loaded from={teamList}>
        {({ items }) => (
          <ul class="rows">
            {items.map((member) => (
              <li key={member.id} class="row">
                <Person of={member} onLink={(made) => (link.value = made)} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {inviting.value && (
        <Invite
          onClose={() => {
            inviting.value = false;
          }}
          onLink={(made) => {
            link.value = made;
          }}
        />
      )}
    </section>
  );
}

function Person({ of, onLink }: { of: Member; onLink: (link: string) => void }) {
  const t = settingsWords().team;
  const isMe = me.value?.user?.id === of.id;
  const renew = async () => {
    const made = await withPassword(() => newLink(of.id));
    if (made !== null) onLink(made);
  };
  const remove = async () => {
    if (await withPassword(() => removeMember(of.id).then(() => true))) toast(t.removed);
  };
  return (
    <>
      <Avatar name={of.name} />
      <span class="row-main">
        <span class="row-title">
          <bdi>{of.name}</bdi> <Badge tone="plain">{t.roles[of.role]}</Badge>
        </span>
        <span class="row-sub">
          <bdi dir="ltr">{of.email}</bdi> · {of.lastLoginAt === null ? t.waiting : t.seen(ago(of.lastLoginAt))}
        </span>
      </span>
      <span class="row-side">
        <Button look="ghost" icon={linkIcon} label={`${t.renew}: ${of.name}`} onClick={renew} />
        {!isMe && <Button look="ghost" icon={trash} label={t.remove(of.name)} onClick={remove} />}
      </span>
    </>
  );
}

function Invite({ onClose, onLink }: { onClose: () => void; onLink: (link: string) => void }) {
  const t = settingsWords().team;
  const invite = async ({ name = "", email = "", role }: Record<string, string>) => {
    const person = { name, email, role: role === "owner" ? ("owner" as const) : ("agent" as const) };
    const made = await withPassword(() => inviteMember(person));
    if (made !== null) onLink(made);
    return made;
  };
  return (
    <FormDialog title={t.invite} go={t.invite} onSend={invite} onClose={onClose}>
      {(problems) => (
        <>
          <Field label={t.name} name="name" error={problems.name} />
          <Field label={t.email} name="email" type="email" error={problems.email} />
          <Select
            label={t.role}
            name="role"
            value="agent"
            options={[
              { value: "agent", label: t.roles.agent },
              { value: "owner", label: t.roles.owner },
            ]}
          />
        </>
      )}
    </FormDialog>
  );
}
