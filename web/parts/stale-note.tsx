import { clockTime } from "../format.ts";
import type { Resource } from "../resource.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";

/** Says once of when the oldest is among what could not be read again, and reads it again. Nothing while all is fresh. */
export function StaleNote({ of }: { of: readonly Resource<unknown>[] }) {
  const t = shellWords();
  const old = of.filter(({ data, error }) => data.value !== null && error.value !== null);
  const [oldest] = old.flatMap(({ at }) => at.value ?? []).toSorted((a, b) => a.getTime() - b.getTime());
  if (oldest === undefined) return null;
  return (
    <div class="notice warn" role="status">
      <span class="grow">{t.stale(clockTime(oldest))}</span>
      <Button onClick={() => Promise.all(old.map((one) => one.reload()))}>{t.retry}</Button>
    </div>
  );
}
