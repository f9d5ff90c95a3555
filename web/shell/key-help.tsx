import { Dialog } from "../parts/dialog.tsx";
import { keyWords } from "../strings/keys.he.ts";
import { shellWords } from "../strings/shell.he.ts";
import { keyHelpOpen, places } from "./keyboard.ts";
import { LettersSwitch } from "./letters-switch.tsx";

/** A line of the list: what to press, one after the other, and what it does. */
type Line = readonly [keys: string, what: string];

/** All keys in one list; opened by `?` and from the account. */
export default function KeyHelp() {
  const t = keyWords();
  const { nav, searchEverything } = shellWords();
  const names: Record<keyof typeof places, string> = {
    KeyT: nav.today,
    KeyI: nav.inbox,
    KeyP: nav.calls,
    KeyC: nav.calendar,
    KeyL: nav.leads,
    KeyK: nav.tasks,
    KeyN: nav.notifications,
  };
  const going = (Object.keys(places) as (keyof typeof places)[]).map(
    (code): Line => [`G ${code.slice(3)}`, names[code]],
  );
  const groups: [string, Line[]][] = [
    [
      t.anywhere,
      [
        ["Ctrl K", searchEverything],
        ["/", t.search],
        ["T", t.task],
        ["?", t.help],
        ["Esc", t.escape],
      ],
    ],
    [
      t.lists,
      [
        ["J", t.next],
        ["K", t.previous],
        ["Enter", t.open],
        ["X", t.choose],
        ["E", t.done],
        ["B", t.add],
      ],
    ],
    [
      t.people,
      [
        ["R", t.reply],
        ["A", t.takeOver],
        ["N", t.note],
        ["C", t.call],
      ],
    ],
    [t.going, going],
  ];
  return (
    <Dialog title={t.title} onClose={() => (keyHelpOpen.value = false)}>
      <LettersSwitch />
      <div class="keys">
        {groups.map(([title, lines]) => (
          <section key={title}>
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
        ))}
      </div>
      <p class="small muted">{t.layout}</p>
    </Dialog>
  );
}
