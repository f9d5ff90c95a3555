import { Dialog } from "../parts/dialog.tsx";
import { keyWords } from "../strings/keys.he.ts";
import { shellWords } from "../strings/shell.he.ts";
import { keyHelpOpen, places } from "./keyboard.ts";
import { LettersSwitch } from "./letters-switch.tsx";

/** A line of the list: what to press, one after the other, and what it does. */
type Line = readonly [keys: string, what: string];

interface Group {
  title: string;
  lines: readonly Line[];
}

/** All keys in one list; opened by `?` and from the account. */
export default function KeyHelp() {
  const t = keyWords();
  return (
    <Dialog title={t.title} onClose={() => (keyHelpOpen.value = false)}>
      <LettersSwitch />
      <div class="keys">
        {[anywhere(), inLists(), withPeople(), going()].map((group) => (
          <KeyGroup key={group.title} of={group} />
        ))}
      </div>
      <p class="small muted">{t.layout}</p>
    </Dialog>
  );
}

function KeyGroup({ of: { title, lines } }: { of: Group }) {
  return (
    <section>
      <h3 class="group-name">{title}</h3>
      <dl>
        {lines.map(([keys, what]) => (
          <div key={keys}>
            <dt>{what}</dt>
            <dd dir="ltr">
              {keys.split(" ").map((key) => (
                <kbd class="kbd" key={key}>
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function anywhere(): Group {
  const t = keyWords();
  const lines: Line[] = [
    ["Ctrl K", shellWords().searchEverything],
    ["/", t.search],
    ["T", t.task],
    ["?", t.help],
    ["Esc", t.escape],
  ];
  return { title: t.anywhere, lines };
}

function inLists(): Group {
  const t = keyWords();
  const lines: Line[] = [
    ["J", t.next],
    ["K", t.previous],
    ["Enter", t.open],
    ["X", t.choose],
    ["E", t.done],
    ["B", t.add],
  ];
  return { title: t.lists, lines };
}

function withPeople(): Group {
  const t = keyWords();
  const lines: Line[] = [
    ["R", t.reply],
    ["A", t.takeOver],
    ["N", t.note],
    ["C", t.call],
  ];
  return { title: t.people, lines };
}

function going(): Group {
  const { nav } = shellWords();
  const names: Record<keyof typeof places, string> = {
    KeyT: nav.today,
    KeyI: nav.inbox,
    KeyP: nav.calls,
    KeyC: nav.calendar,
    KeyL: nav.leads,
    KeyK: nav.tasks,
    KeyN: nav.notifications,
  };
  const codes = Object.keys(places) as (keyof typeof places)[];
  return { title: keyWords().going, lines: codes.map((code) => [`G ${code.slice(3)}`, names[code]]) };
}
