import { useSignal } from "@preact/signals";
import { search } from "../icons.ts";
import { Icon } from "../parts/icon.tsx";
import { useModal } from "../parts/use-modal.ts";
import { go } from "../router.ts";
import { me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { itemsFor, type PaletteItem, searchingPeople, searchPeople } from "./palette-items.ts";
import { paletteOpen } from "./palette-state.ts";

/** Ctrl+K: people by a part of their name or number, pages and actions. */
export function Palette() {
  return paletteOpen.value ? <OpenPalette /> : null;
}

const close = (): void => {
  paletteOpen.value = false;
};

function OpenPalette() {
  const t = shellWords();
  const box = useModal(close);
  const typed = useSignal("");
  const at = useSignal(0);
  const items = me.value ? itemsFor(typed.value, me.value) : [];
  const chosen = Math.min(at.value, items.length - 1);
  const run = (item: PaletteItem | undefined) => {
    if (!item) return;
    close();
    if (item.to) go(item.to);
    else item.run?.();
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (event.code === "Enter") run(items[chosen]);
    else if (step !== undefined) at.value = (chosen + step + items.length) % Math.max(1, items.length);
    else return;
    event.preventDefault();
  };
  return (
    <dialog class="modal palette" ref={box} aria-label={t.search}>
      <div class="palette-input">
        <Icon of={search} large />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={items[chosen] && `palette-${chosen}`}
          aria-label={t.searchEverything}
          placeholder={t.searchEverything}
          dir="auto"
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            searchPeople(typed.value);
            at.value = 0;
          }}
          onKeyDown={press}
        />
      </div>
      <PaletteList items={items} chosen={chosen} onRun={run} />
    </dialog>
  );
}

interface ListProps {
  items: readonly PaletteItem[];
  chosen: number;
  onRun: (item: PaletteItem) => void;
}

function PaletteList({ items, chosen, onRun }: ListProps) {
  const t = shellWords();
  if (items.length === 0) return <p class="modal-body muted">{searchingPeople.value ? t.loading : t.searchEmpty}</p>;
  return (
    <div class="palette-list" id="palette-list" role="listbox" aria-label={t.search}>
      {items.map((item, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard acts on the input above (aria-activedescendant)
        <div
          key={item.key}
          id={`palette-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          class="menu-item"
          onClick={() => onRun(item)}
        >
          <Icon of={item.icon} />
          <span class="grow ellipsis" dir="auto">
            {item.name}
          </span>
          {item.note && (
            <bdi class="small muted" dir="ltr">
              {item.note}
            </bdi>
          )}
        </div>
      ))}
    </div>
  );
}
