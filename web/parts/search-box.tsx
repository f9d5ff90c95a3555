import { useRef } from "preact/hooks";
import { search, x } from "../icons.ts";
import { firstRow } from "../shell/key-rows.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

interface SearchBoxProps {
  /** Its name, and what stands in it while it is empty. */
  label: string;
  value: string;
  onType: (text: string) => void;
}

/** The search of a page: `/` leads here, Escape or the cross empties it, Enter or the arrow down leads to the first row. */
export function SearchBox({ label, value, onType }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const clear = () => {
    onType("");
    input.current?.focus();
  };
  return (
    <search class="search">
      <Icon of={search} />
      <input
        class="input"
        type="search"
        ref={input}
        dir="auto"
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="search"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        value={value}
        onInput={(event) => onType(event.currentTarget.value)}
        onKeyDown={(event) => keys(event, value, clear)}
      />
      {value !== "" && <Button look="ghost" icon={x} label={shellWords().clearSearch} onClick={clear} />}
    </search>
  );
}

function keys(event: KeyboardEvent, value: string, clear: () => void): void {
  if (event.isComposing) return;
  if (event.key === "Escape" && value !== "") clear();
  else if (event.key === "Escape") (event.currentTarget as HTMLElement).blur();
  else if (event.key === "ArrowDown" || event.key === "Enter") firstRow()?.focus();
  else return;
  event.preventDefault();
}
