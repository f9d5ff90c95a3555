import { copy } from "../icons.ts";
import { settingsWords } from "../strings/settings.he.ts";
import { Button } from "./button.tsx";
import { toast } from "./toasts.tsx";

/** A link or key that somebody takes away. */
export function CopyText({ label, text, hint }: { label: string; text: string; hint?: string }) {
  const t = settingsWords();
  return (
    <div class="notice stack copy-box">
      <strong>{label}</strong>
      <code class="copy-text" dir="ltr">
        {text}
      </code>
      {hint && <span>{hint}</span>}
      <Button
        icon={copy}
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          toast(t.copied);
        }}
      >
        {t.copy}
      </Button>
    </div>
  );
}
