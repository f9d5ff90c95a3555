import { confirmPassword, passwordWanted } from "../confirm-password.ts";
import { createForm } from "../form.ts";
import { settingsWords } from "../strings/settings.he.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";

const form = createForm();

/** Stands once on every page that opens doors. */
export function ConfirmPassword() {
  const t = settingsWords().password;
  const wanted = passwordWanted.value;
  if (wanted === null) return null;
  const confirm = async (element: HTMLFormElement) => {
    if (await form.submit(element, ({ password = "" }) => confirmPassword(password))) wanted.settle(true);
  };
  const foot = (
    <Button type="submit" look="primary" busy={form.busy.value}>
      {t.go}
    </Button>
  );
  return (
    <Dialog title={t.title} foot={foot} onClose={() => wanted.settle(false)} onSubmit={confirm}>
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
