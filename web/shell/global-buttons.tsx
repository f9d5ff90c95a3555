import { search } from "../icons.ts";
import { Button } from "../parts/button.tsx";
import { path } from "../router.ts";
import { shellWords } from "../strings/shell.he.ts";
import { BellButton } from "./bell.tsx";
import { LiveNow } from "./live-now.tsx";
import { openPalette } from "./palette-state.ts";

/** On a phone there is no side: search and bell stand in the head of every page. */
export function GlobalButtons() {
  const t = shellWords();
  return (
    <div class="only-small">
      {/* These two tell of them in their own words. */}
      {!["/", "/calls"].includes(path.value) && <LiveNow />}
      <Button look="ghost" icon={search} label={t.search} onClick={openPalette} />
      <BellButton />
    </div>
  );
}
