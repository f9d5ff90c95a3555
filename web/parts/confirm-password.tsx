import { useState } from "preact/hooks";
import { confirmPassword, passwordWanted } from "../confirm-password.ts";
import { createForm } from "../form.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";

/** Stands once in the shell: what opens doors is done from any page. */
export const ConfirmPassword = () =>
  passwordWanted.value === null ? null : <Prompt settle={passwordWanted.value.settle} />;

function Prompt({ settle }: { settle: (given: boolean) => void }) {
  const t = shellWords().password;
  const [form] = useState(createForm); // what was wrong with the last one says nothing about this one
  const confirm = async (element: HTMLFormElement) => {
    if (await form.submit(element, ({ password = "" }) => confirmPassword(password))) settle(true);
  };
  const foot = (
    <Button type="submit" look="primary" busy={form.busy.value}>
      {t.go}
    </Button>
  );
  return (
    <Dialog title={t.title} foot={foot} onClose={() => settle(false)} onSubmit={confirm}>
      <p class="muted">{t.why}</p>
      <Field
        label={t.label}
        name="password"
        type="password"
        autocomplete="current-password"
        error={form.problems.value.current}
      />
    </Dialog>
  );
}
