import { render } from "preact";
import { wordsReady } from "../language.ts";
import { Button } from "../parts/button.tsx";
import { Door } from "../parts/door.tsx";
import { problemText } from "../problems.ts";
import { shellWords } from "../strings/shell.he.ts";

// Soon at first, so that a restart of the server is hardly seen; then at a pace that many open panels may keep.
const waitMs = { first: 2_000, max: 15_000 };

/** Does what nothing can be shown without, again and again until it is done; meanwhile the screen says why nothing is there. */
export async function untilAnswered<T>(root: Element, ask: () => Promise<T>): Promise<T> {
  for (let wait = waitMs.first; ; wait = Math.min(wait * 2, waitMs.max)) {
    try {
      return await ask();
    } catch (error) {
      await wordsReady().catch(() => {}); // in Hebrew when English cannot be had either
      if (wait === waitMs.first) root.replaceChildren(); // what the server drew for the wait
      await new Promise<void>((again) => {
        render(<NoAnswer error={error} onRetry={again} />, root);
        setTimeout(again, wait);
      });
    }
  }
}

function NoAnswer({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = shellWords();
  return (
    <main>
      <Door title={t.noAnswer.title} text={t.noAnswer.text}>
        <p role="status">{problemText(error)}</p>
        <Button look="primary" wide onClick={onRetry}>
          {t.retry}
        </Button>
      </Door>
    </main>
  );
}
