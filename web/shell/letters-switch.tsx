import { shellWords } from "../strings/shell.he.ts";
import { lettersOn, setLetters } from "./keyboard.ts";

/** Turns commands of a single letter off (WCAG 2.1.4). */
export function LettersSwitch() {
  return (
    <label class="check switch">
      <span class="grow">{shellWords().letters}</span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={lettersOn.value}
        checked={lettersOn.value}
        onChange={(event) => setLetters(event.currentTarget.checked)}
      />
    </label>
  );
}
