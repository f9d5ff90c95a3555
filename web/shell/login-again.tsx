import { useEffect } from "preact/hooks";
import { LoginForm } from "../parts/login-form.tsx";
import { useModal } from "../parts/use-modal.ts";
import { logInAgain, me } from "../session.ts";
import { loginWanted } from "../session-end.ts";
import { doorWords } from "../strings/door.he.ts";

/** Stands once in the shell: a session ends on any page. */
export const LoginAgain = () => (loginWanted.value === null ? null : <Prompt settle={loginWanted.value.settle} />);

/** Hides the page, which stays as it is below, until its person is back. */
function Prompt({ settle }: { settle: () => void }) {
  const t = doorWords().again;
  const box = useModal(() => box.current?.showModal()); // there is no other way on
  useEffect(() => box.current?.querySelector<HTMLElement>("input[type=password]")?.focus(), []);
  const enter = async (email: string, password: string) => {
    await logInAgain(email, password);
    settle();
  };
  return (
    <dialog
      class="login-again"
      ref={box}
      aria-labelledby="login-again"
      // A second Escape would close what lies below, with everything typed there.
      onKeyDown={(event) => event.key === "Escape" && event.preventDefault()}
    >
      <div class="door-card">
        <img src="/icon.svg" alt="" width="48" height="48" />
        <div>
          <h2 id="login-again">{t.title}</h2>
          <p class="muted">{t.text}</p>
        </div>
        <LoginForm email={me.value?.user?.email ?? ""} onEnter={enter} />
      </div>
    </dialog>
  );
}
