import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api.ts";
import { createForm } from "../form.ts";
import { Button, LinkButton } from "../parts/button.tsx";
import { Door } from "../parts/door.tsx";
import { Field } from "../parts/field.tsx";
import { Form } from "../parts/form.tsx";
import { SkeletonBlock } from "../parts/skeleton.tsx";
import { acceptLink, lookAtLink } from "../session.ts";
import { doorWords } from "../strings/door.he.ts";

type Owner = Awaited<ReturnType<typeof lookAtLink>>;

const form = createForm();
// The first administrator of an installation is made without an address; it is chosen here.
const nobodysAddress = "admin@localhost";

/** First start, invitation and password reset: one link, one password. The token stands behind `#` and reaches no log. */
export default function WelcomePage() {
  const t = doorWords().welcome;
  const owner = useSignal<Owner | "dead" | null>(null);
  useEffect(() => {
    lookAtLink(location.hash.slice(1)).then(
      (found) => {
        owner.value = found;
      },
      () => {
        owner.value = "dead";
      },
    );
  }, [owner]);
  if (owner.value === null)
    return (
      <Door title="AgentLocator">
        <SkeletonBlock size="220px" />
      </Door>
    );
  if (owner.value === "dead")
    return (
      <Door title={t.dead.title} text={t.dead.text}>
        <LinkButton to="/login" look="primary">
          {t.dead.login}
        </LinkButton>
      </Door>
    );
  return <ChoosePassword owner={owner.value} />;
}

function ChoosePassword({ owner }: { owner: Owner }) {
  const t = doorWords().welcome;
  const isFirst = owner.email === nobodysAddress;
  const text = isFirst ? t.first : owner.purpose === "invite" ? t.invite : t.reset;
  const { problems, busy } = form;
  const accept = (element: HTMLFormElement) =>
    form.submit(element, ({ password = "", email, name }) => {
      if (isFirst) assertGiven({ name, email });
      const token = location.hash.slice(1);
      return acceptLink({ token, password, ...(email ? { email } : {}), ...(name ? { name } : {}) });
    });
  return (
    <Door title={isFirst ? t.firstTitle : t.hello(owner.name)} text={text}>
      <Form onSubmit={accept}>
        {isFirst ? (
          <>
            <Field label={t.name} name="name" autocomplete="name" error={problems.value.name} />
            <Field label={t.email} name="email" type="email" autocomplete="username" error={problems.value.email} />
          </>
        ) : (
          <input type="email" name="username" autocomplete="username" value={owner.email} hidden readOnly />
        )}
        <Field
          label={t.password}
          name="password"
          type="password"
          autocomplete="new-password"
          hint={t.passwordHint}
          error={problems.value.password}
        />
        <Button type="submit" look="primary" wide busy={busy.value}>
          {t.submit}
        </Button>
      </Form>
    </Door>
  );
}

/** Whoever leaves them out could not log in again. @throws ApiError "invalid" naming what is missing. */
function assertGiven(values: Readonly<Record<string, string | undefined>>): void {
  const missing = Object.keys(values).filter((path) => !values[path]);
  if (missing.length > 0)
    throw new ApiError(
      "invalid",
      missing.map((path) => ({ path, code: "required" })),
    );
}
