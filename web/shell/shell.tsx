import { ConfirmPassword } from "../parts/confirm-password.tsx";
import { Toasts } from "../parts/toasts.tsx";
import { me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Banners } from "./banners.tsx";
import { BottomBar } from "./bottom-bar.tsx";
import { KeyHelpDoor } from "./key-help-door.tsx";
import { LoginAgain } from "./login-again.tsx";
import { going, Outlet, outsideShell } from "./outlet.tsx";
import { Palette } from "./palette.tsx";
import { Side } from "./side.tsx";

/** Everything around a page. Whoever is not logged in sees the page alone. */
export function Shell() {
  const t = shellWords();
  if (me.value === null || outsideShell.value)
    return (
      <>
        <main tabIndex={-1}>
          <Outlet />
        </main>
        <Toasts />
      </>
    );
  return (
    <>
      <div class="shell">
        <a class="skip" href="#main">
          {t.skip}
        </a>
        <Banners />
        <Side />
        <main class="main" id="main" tabIndex={-1} aria-busy={going.value}>
          <Outlet />
        </main>
        <BottomBar />
      </div>
      <Palette />
      <KeyHelpDoor />
      <ConfirmPassword />
      <LoginAgain />
      <Toasts />
    </>
  );
}
