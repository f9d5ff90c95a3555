import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Avatar } from "./avatar.tsx";
import { FieldNote } from "./field.tsx";

export interface ComboOption {
  id: string;
  name: string;
  /** Beside the name, from left to right: a number. */
  note?: string;
}

interface ComboboxProps {
  label: string;
  name: string;
  value: string;
  options: readonly ComboOption[];
  /** Name of the list for those who cannot see it, and how many there are. */
  listLabel: string;
  countText: (count: number) => string;
  error?: string | undefined;
  hint?: string | undefined;
  onType: (text: string) => void;
  onChoose: (option: ComboOption) => void;
}

/**
 * A field that offers what fits while somebody types, after the WAI-ARIA pattern (editable, list autocomplete): what is
 * typed stands as it is until an option is chosen with arrows and Enter, or by pointing.
 */
export function Combobox({ label, name, value, options, listLabel, countText, error, hint, ...on }: ComboboxProps) {
  const id = useId();
  const open = useSignal(false);
  const at = useSignal(-1);
  const shown = open.value && options.length > 0;
  const choose = (option: ComboOption) => {
    open.value = false;
    on.onChoose(option);
  };
  const press = (event: KeyboardEvent) => {
    const moved = movedTo(event.code, shown ? at.value : -1, options.length);
    if (moved !== null) {
      open.value = true;
      at.value = moved;
    } else if (event.code === "Escape" && shown) open.value = false;
    else if (event.code === "Enter" && shown && options[at.value]) choose(options[at.value]!);
    else return;
    event.preventDefault(); // Escape closes the list and not the dialog, Enter chooses and does not send
    event.stopPropagation();
  };
  const note = error || hint ? `${id}-note` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="combobox">
        <input
          class="input"
          id={id}
          name={name}
          role="combobox"
          dir="auto"
          autocomplete="off"
          spellcheck={false}
          value={value}
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={shown ? `${id}-list` : undefined}
          aria-activedescendant={shown && at.value >= 0 ? `${id}-${at.value}` : undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={note}
          onInput={(event) => {
            open.value = true;
            at.value = -1;
            on.onType(event.currentTarget.value);
          }}
          onKeyDown={press}
          onBlur={() => (open.value = false)}
        />
        {shown && <ComboList id={id} label={listLabel} options={options} at={at.value} onChoose={choose} />}
      </div>
      <span class="sr-only" role="status">
        {shown && countText(options.length)}
      </span>
      <FieldNote id={note} error={error} hint={hint} />
    </div>
  );
}

interface ComboListProps {
  /** Of the field: the list's own and its options' are made from it. */
  id: string;
  label: string;
  options: readonly ComboOption[];
  /** Which one Enter chooses. */
  at: number;
  onChoose: (option: ComboOption) => void;
}

function ComboList({ id, label, options, at, onChoose }: ComboListProps) {
  return (
    <div class="menu" id={`${id}-list`} role="listbox" aria-label={label}>
      {options.map((option, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard acts on the input above (aria-activedescendant)
        <div
          key={option.id}
          id={`${id}-${index}`}
          class="menu-item"
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          onPointerDown={(event) => event.preventDefault()} // the field keeps the focus
          onClick={() => onChoose(option)}
        >
          <Avatar name={option.name} size="small" />
          <span class="grow ellipsis" dir="auto">
            {option.name}
          </span>
          {option.note && (
            <bdi class="small muted" dir="ltr">
              {option.note}
            </bdi>
          )}
        </div>
      ))}
    </div>
  );
}

/** Where an arrow leads, round and round; null for other keys. */
function movedTo(code: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (code === "ArrowDown") return (at + 1) % count;
  if (code === "ArrowUp") return at <= 0 ? count - 1 : at - 1;
  return null;
}
