import { useSignal } from "@preact/signals";
import { useForm } from "../../form.ts";
import { arrowDown, arrowUp, pencil, plus, trash } from "../../icons.ts";
import { firstStatus, moveStatus, removeStatus, saveStatus } from "../../models/lead-statuses.ts";
import { type LeadStatus, statuses } from "../../models/leads.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field, Select } from "../../parts/field.tsx";
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
  const { problems, busy, submit } = useForm();
  const label = useSignal(of?.label ?? "");
  const hue = useSignal(of?.hue ?? newHue);
  const save = async (element: HTMLFormElement) => {
    const done = await submit(element, (values) =>
      saveStatus(of?.key ?? null, {
        label: values.label ?? "",
        hue: Number(values.hue),
        closed: values.closed === "on",
      }),
    );
    if (done) onClose();
  };
  const foot = (
    <Button type="submit" look="primary" busy={busy.value}>
      {shellWords().save}
    </Button>
  );
  return (
    <Dialog title={of === null ? t.add : t.edit(of.label)} foot={foot} onClose={onClose} onSubmit={save}>
      <Field
        label={t.label}
        name="label"
        maxLength={40}
        autocomplete="off"
        value={of?.label ?? ""}
        error={problems.value.label}
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
    </Dialog>
  );
}

function Remove({ of, onClose }: { of: LeadStatus; onClose: () => void }) {
  const t = settingsWords().statuses;
  const { problems, busy, submit } = useForm();
  const others = statuses.data.value?.filter(({ key }) => key !== of.key) ?? [];
  const remove = async (element: HTMLFormElement) => {
    const done = await submit(element, async ({ moveTo = "" }) => toast(t.moved(await removeStatus(of, moveTo))));
    if (done) onClose();
  };
  const foot = (
    <Button type="submit" look="danger" busy={busy.value}>
      {shellWords().delete}
    </Button>
  );
  return (
    <Dialog title={t.remove(of.label)} foot={foot} onClose={onClose} onSubmit={remove}>
      <Select
        label={t.moveTo}
        name="moveTo"
        options={others.map(({ key, label }) => ({ value: key, label }))}
        error={problems.value.moveTo}
      />
    </Dialog>
  );
}
