import { confirmPassword, passwordWanted } from "../confirm-password.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Field } from "./field.tsx";
import { FormDialog } from "./form-dialog.tsx";

/** Stands once in the shell: what opens doors is done from any page. */
export const ConfirmPassword = () =>
  passwordWanted.value === null ? null : <Prompt settle={passwordWanted.value.settle} />;

function Prompt({ settle }: { settle: (given: boolean) => void }) {
  const t = shellWords().password;
  const confirm = async ({ password = "" }: Record<string, string>) => {
    await confirmPassword(password);
    settle(true); // for good: closing afterwards changes nothing
  };
  return (
    <FormDialog title={t.title} go={t.go} onSend={confirm} onClose={() => settle(false)}>
      {({ current }) => (
        <>
          <p class="muted">{t.why}</p>
          <Field label={t.label} name="password" type="password" autocomplete="current-password" error={current} />
        </>
      )}
    </FormDialog>
  );
}
