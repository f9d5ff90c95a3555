import { Button } from "../../parts/button.tsx";
import { assistantWords } from "../../strings/assistant.he.ts";

interface OvertakenProps {
  theirs: string;
  /** Their text instead of what is written here. */
  onTake: () => void;
  /** What is written here replaces theirs when it is saved. */
  onKeep: () => void;
}

/** Somebody else saved while this was being written: nothing is overwritten before the person has seen what. */
export function Overtaken({ theirs, onTake, onKeep }: OvertakenProps) {
  const t = assistantWords();
  return (
    <div class="stack">
      <p class="notice warn">{t.does.changed}</p>
      <p class="difference" dir="auto">
        {theirs === "" ? t.overtaken.emptied : theirs}
      </p>
      <div class="line-up">
        <Button onClick={onTake}>{t.overtaken.take}</Button>
        <Button onClick={onKeep}>{t.overtaken.keep}</Button>
      </div>
    </div>
  );
}
