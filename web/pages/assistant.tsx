import { mic } from "../icons.ts";
import { LinkButton } from "../parts/button.tsx";
import { Page } from "../parts/page.tsx";
import { query } from "../router.ts";
import { me } from "../session.ts";
import { assistantWords } from "../strings/assistant.he.ts";
import { DoesTab } from "./assistant/does.tsx";
import { KnowsTab } from "./assistant/knows.tsx";
import { WhoTab } from "./assistant/who.tsx";

const tabs = ["who", "knows", "does"] as const;

/** Who she is, what she knows, what she does (A1, A2, A11, A12). */
export default function AssistantPage() {
  const t = assistantWords();
  const tab = tabs.find((known) => known === query.value.get("tab")) ?? "who";
  const test = (
    <LinkButton to="/test-call" icon={mic}>
      {t.call}
    </LinkButton>
  );
  return (
    <Page narrow title={t.title} actions={test}>
      <nav class="tabs" aria-label={t.title}>
        {tabs.map((name) => (
          <a key={name} href={`/assistant?tab=${name}`} aria-current={name === tab ? "page" : undefined}>
            {t.tabs[name]}
          </a>
        ))}
      </nav>
      {me.value?.role === "agent" && tab !== "knows" && <p class="notice">{t.ownerOnly}</p>}
      {tab === "who" && <WhoTab />}
      {tab === "knows" && <KnowsTab />}
      {tab === "does" && <DoesTab />}
    </Page>
  );
}
