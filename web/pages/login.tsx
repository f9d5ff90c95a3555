import { useSignal } from "@preact/signals";
import { ApiError } from "../api.ts";
import { createForm } from "../form.ts";
import { circleAlert } from "../icons.ts";
import { Button } from "../parts/button.tsx";
import { Door } from "../parts/door.tsx";
import { Field } from "../parts/field.tsx";
import { Form } from "../parts/form.tsx";
import { Icon } from "../parts/icon.tsx";
import { query } from "../router.ts";
import { login } from "../session.ts";
import { doorWords } from "../strings/door.he.ts";

const form = createForm();

export default function LoginPage() {
  const t = doorWords().login;
  const wrong = useSignal(false);
  const enter = (element: HTMLFormElement) =>
    form.submit(element, async ({ email = "", password = "" }) => {
      wrong.value = false;
      await login(email, password, placeToGo()).catch((error) => {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        wrong.value = true;
        (element.elements.namedItem("password") as HTMLInputElement).select();
      });
    });
  return (
    <Door title={t.title} text={t.text}>
      <Form onSubmit={enter}>
        <div role="alert">
          {wrong.value && (
            <p class="notice danger">
              <Icon of={circleAlert} />
              {t.wrong}
            </p>
          )}
        </div>
        <Field label={t.email} name="email" type="email" autocomplete="username" error={form.problems.value.email} />
        <Field
          label={t.password}
          name="password"
          type="password"
          autocomplete="current-password"
          error={form.problems.value.password}
        />
        <Button type="submit" look="primary" wide busy={form.busy.value}>
          {t.submit}
        </Button>
      </Form>
      <p class="small muted">{t.forgot}</p>
    </Door>
  );
}

/** Back to where the session ended; only a path of our own. */
function placeToGo(): string {
  const to = query.value.get("to") ?? "/";
  return /^\/(?![/\\])/.test(to) ? to : "/";
}
