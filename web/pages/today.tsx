import { Page } from "../parts/page.tsx";
import { shellWords } from "../strings/shell.he.ts";

export default function TodayPage() {
  const t = shellWords();
  return (
    <Page title={t.nav.today}>
      <p>…</p>
    </Page>
  );
}
