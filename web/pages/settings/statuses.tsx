import { useSignal } from "@preact/signals";
import { arrowDown, arrowUp, pencil, plus, trash } from "../../icons.ts";
import { firstStatus, moveStatus, removeStatus, saveStatus } from "../../models/lead-statuses.ts";
import { type LeadStatus, statuses } from "../../models/leads.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Field, Select } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { settingsWords } from "../../strings/settings.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

/** The business's own statuses of customers, in the order of the board (C2). */
export function StatusesTab() {
  const t = settingsWords().statuses;
  const editing = useSignal<LeadStatus | "new" | null>(null);
  const removing = useSignal<LeadStatus | null>(null);
  return (
    <section class="stack">
      <p class="muted">{t.intro}</p>
      <Loaded from={statuses}>
        {(items) => (
          <ul class="rows">
            {items.map((status, index) => (
              <li key={status.key} class="row">
                <span class="row-main">
                  <Badge hue={status.hue}>{status.label}</Badge>{" "}
                  {status.closed && <span class="row-sub">{t.closed}</span>}
                </span>
                <span class="row-side">
                  <Places of={status} isFirst={index === 0} isLast={index === items.length - 1} />
                  <Button
                    look="ghost"
                    icon={pencil}
                    label={t.edit(status.label)}
                    onClick={() => {
                      editing.value = status;
                    }}
                  />
                  {status.key !== firstStatus && (
                    <Button
                      look="ghost"
                      icon={trash}
                      label={t.remove(status.label)}
                      onClick={() => {
                        removing.value = status;
                      }}
                    />
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <div>
        <Button
          icon={plus}
          onClick={() => {
            editing.value = "new";
          }}
        >
          {t.add}
        </Button>
      </div>
      {editing.value !== null && (
        <Edit of={editing.value === "new" ? null : editing.value} onClose={() => (editing.value = null)} />
      )}
      {removing.value !== null && <Remove of={removing.value} onClose={() => (removing.value = null)} />}
    </section>
  );
}

function Places({ of, isFirst, isLast }: { of: LeadStatus; isFirst: boolean; isLast: boolean }) {
  const t = settingsWords().statuses;
  return (
    <>
      <Button
        look="ghost"
        icon={arrowUp}
        label={t.up(of.label)}
        disabled={isFirst && t.isFirst}
        onClick={() => moveStatus(of, -1)}
      />
      <span class="only-wide">
        <Button
          look="ghost"
          icon={arrowDown}
          label={t.down(of.label)}
          disabled={isLast && t.isLast}
          onClick={() => moveStatus(of, 1)}
        />
      </span>
    </>
  );
}

const newHue = 210;

function Edit({ of, onClose }: { of: LeadStatus | null; onClose: () => void }) {
  const t = settingsWords().statuses;
  const label = useSignal(of?.label ?? "");
  const hue = useSignal(of?.hue ?? newHue);
  const save = ({ label = "", hue, closed }: Record<string, string>) =>
    saveStatus(of?.key ?? null, { label, hue: Number(hue), closed: closed === "on" });
  const title = of === null ? t.add : t.edit(of.label);
  return (
    <FormDialog title={title} go={shellWords().save} onSend={save} onClose={onClose}>
      {(problems) => (
        <>
          <Field
            label={t.label}
            name="label"
            maxLength={40}
            autocomplete="off"
            value={of?.label ?? ""}
            error={problems.label}
            onInput={(text) => (label.value = text)}
          />
          <label class="field">
            <span>{t.hue}</span>
            <input
              class="hue"
              type="range"
              name="hue"
              min="0"
              max="359"
              step="5"
              value={hue.value}
              onInput={(event) => (hue.value = Number(event.currentTarget.value))}
            />
          </label>
          <div aria-hidden="true">
            <Badge hue={hue.value}>{label.value.trim() || t.label}</Badge>
          </div>
          <label class="check">
            <input type="checkbox" name="closed" defaultChecked={of?.closed ?? false} />
            {t.closedLabel}
          </label>
        </>
      )}
    </FormDialog>
  );
}

function Remove({ of, onClose }: { of: LeadStatus; onClose: () => void }) {
  const t = settingsWords().statuses;
  const others = statuses.data.value?.filter(({ key }) => key !== of.key) ?? [];
  const remove = async ({ moveTo = "" }: Record<string, string>) => toast(t.moved(await removeStatus(of, moveTo)));
  return (
    <FormDialog title={t.remove(of.label)} go={shellWords().delete} look="danger" onSend={remove} onClose={onClose}>
      {(problems) => (
        <Select
          label={t.moveTo}
          name="moveTo"
          options={others.map(({ key, label }) => ({ value: key, label }))}
          error={problems.moveTo}
        />
      )}
    </FormDialog>
  );
}
