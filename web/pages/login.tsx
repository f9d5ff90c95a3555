import { Door } from "../parts/door.tsx";
import { LoginForm } from "../parts/login-form.tsx";
import { query } from "../router.ts";
import { login } from "../session.ts";
import { doorWords } from "../strings/door.he.ts";

export default function LoginPage() {
  const t = doorWords().login;
  return (
    <Door title={t.title} text={t.text}>
      <LoginForm onEnter={(email, password) => login(email, password, placeToGo())} />
      <p class="small muted">{t.forgot}</p>
    </Door>
  );
}

/** Back to where the session ended; only a path of our own. */
function placeToGo(): string {
  const to = query.value.get("to") ?? "/";
  return /^\/(?![/\\])/.test(to) ? to : "/";
}
