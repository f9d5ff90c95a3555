import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import { createForm } from "../form.ts";
import { circleAlert } from "../icons.ts";
import { doorWords } from "../strings/door.he.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Form } from "./form.tsx";
import { Icon } from "./icon.tsx";

interface LoginFormProps {
  /** Whose session it was. */
  email?: string;
  /** @throws ApiError with status 401 when the two are wrong. */
  onEnter: (email: string, password: string) => Promise<void>;
}

/** Address and password. */
export function LoginForm({ email: known = "", onEnter }: LoginFormProps) {
  const t = doorWords().login;
  const [{ problems, busy, submit }] = useState(createForm);
  const wrong = useSignal(false);
  const enter = (element: HTMLFormElement) =>
    submit(element, async ({ email = "", password = "" }) => {
      wrong.value = false;
      await onEnter(email, password).catch((error) => {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        wrong.value = true;
        (element.elements.namedItem("password") as HTMLInputElement).select();
      });
    });
  return (
    <Form onSubmit={enter}>
      <div role="alert">
        {wrong.value && (
          <p class="notice danger">
            <Icon of={circleAlert} />
            {t.wrong}
          </p>
        )}
      </div>
      <Field
        label={t.email}
        name="email"
        type="email"
        autocomplete="username"
        value={known}
        error={problems.value.email}
      />
      <Field
        label={t.password}
        name="password"
        type="password"
        autocomplete="current-password"
        error={problems.value.password}
      />
      <Button type="submit" look="primary" wide busy={busy.value}>
        {t.submit}
      </Button>
    </Form>
  );
}
