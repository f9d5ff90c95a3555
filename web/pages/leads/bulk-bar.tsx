import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { download, globe, tag, user, x } from "../../icons.ts";
import {
  changeChosen,
  chooseNone,
  choosing,
  chosen,
  exportChosen,
  type ManyChange,
} from "../../models/chosen-leads.ts";
import { colleagues } from "../../models/colleagues.ts";
import { statuses } from "../../models/leads.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Menu, MenuItem } from "../../parts/menu.tsx";
import { failed } from "../../parts/toasts.tsx";
import { useResource } from "../../resource.ts";
import { me } from "../../session.ts";
import { leadWords } from "../../strings/leads.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

/** What can be done with several leads at once; stands over the list while some are chosen. */
export function BulkBar() {
  const t = leadWords().many;
  const count = chosen.value.length;
  const shown = count > 0 || choosing.value;
  useEffect(() => {
    document.addEventListener("keydown", leaveOnEscape);
    return () => {
      document.removeEventListener("keydown", leaveOnEscape);
      chooseNone();
    };
  }, []);
  return (
    <>
      <div role="status" class="sr-only">
        {count > 0 && t.count(count)}
      </div>
      {shown && (
        <section class="bulk-bar" aria-label={t.bar}>
          <Button look="ghost" icon={x} label={shellWords().cancel} onClick={chooseNone} />
          <strong class="bulk-count">{t.count(count)}</strong>
          {count > 0 && <Deeds />}
        </section>
      )}
    </>
  );
}

/** Escape chooses none, unless it closes something that lies over the list. */
function leaveOnEscape({ code }: KeyboardEvent): void {
  if (code === "Escape" && document.querySelector("dialog[open], .menu:popover-open") === null) chooseNone();
}

const change = (to: ManyChange, said: string): void => void changeChosen(to, said).catch(failed);

function Deeds() {
  const words = leadWords();
  const t = words.many;
  const people = useResource(colleagues).data.value ?? [];
  return (
    <>
      <Choice icon={tag} label={t.status}>
        {() =>
          statuses.data.value?.map(({ key, label, hue }) => (
            <MenuItem key={key} onClick={() => change({ status: key }, label)}>
              <span class="badge dot" style={{ "--hue": hue }}>
                <span class="ellipsis" dir="auto">
                  {label}
                </span>
              </span>
            </MenuItem>
          ))
        }
      </Choice>
      <Choice icon={user} label={t.owner}>
        {() => (
          <>
            {people.map(({ id, name }) => (
              <MenuItem key={id} onClick={() => change({ assigneeUserId: id }, name)}>
                <span class="ellipsis" dir="auto">
                  {name}
                </span>
              </MenuItem>
            ))}
            <MenuItem onClick={() => change({ assigneeUserId: null }, t.nobody)}>{t.nobody}</MenuItem>
          </>
        )}
      </Choice>
      <Choice icon={globe} label={t.source}>
        {() =>
          (Object.keys(words.source) as (keyof typeof words.source)[]).map((source) => (
            <MenuItem key={source} onClick={() => change({ source }, words.source[source])}>
              {words.source[source]}
            </MenuItem>
          ))
        }
      </Choice>
      {me.value?.role !== "agent" && (
        <Button look="ghost" icon={download} shrinks onClick={exportChosen}>
          {t.exported}
        </Button>
      )}
    </>
  );
}

function Choice({ icon, label, children }: { icon: string; label: string; children: () => ComponentChildren }) {
  const trigger = (
    <>
      <Icon of={icon} />
      <span class="btn-text">{label}</span>
    </>
  );
  return <Menu look="btn ghost shrinks" trigger={trigger} label={label} items={children} />;
}
