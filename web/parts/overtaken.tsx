import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";

interface OvertakenProps {
  theirs: string;
  /** Their text instead of what is written here. */
  onTake: () => void;
  /** What is written here replaces theirs when it is saved. */
  onKeep: () => void;
}

/** Somebody else saved while this was being written: nothing is overwritten before the person has seen what. */
export function Overtaken({ theirs, onTake, onKeep }: OvertakenProps) {
  const t = shellWords().overtaken;
  return (
    <div class="stack">
      <p class="notice warn">{t.changed}</p>
      <p class="difference" dir="auto">
        {theirs === "" ? t.emptied : theirs}
      </p>
      <div class="line-up">
        <Button onClick={onTake}>{t.take}</Button>
        <Button onClick={onKeep}>{t.keep}</Button>
      </div>
    </div>
  );
}
