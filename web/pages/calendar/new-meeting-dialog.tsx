import { type Signal, useSignal } from "@preact/signals";
import { ApiError } from "../../api.ts";
import { clockOf } from "../../dates.ts";
import { blockTime, bookMeeting, type NewMeeting, resourceList } from "../../models/calendar.ts";
import { Field, Select } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import type { Chosen } from "../../parts/person-combobox.tsx";
import { toast } from "../../parts/toasts.tsx";
import { useResource } from "../../resource.ts";
import { setQuery } from "../../router.ts";
import { calendarWords } from "../../strings/calendar.he.ts";
import { CustomerPicker, isNumber, Known } from "./customer-picker.tsx";

interface NewMeetingProps {
  date: string;
  /** Chosen in the grid; null = not yet. */
  minute: number | null;
  /** Whom it is with, where that is known. */
  customerId: string | null;
  onClose: () => void;
}

export function NewMeetingDialog({ date, minute, customerId, onClose }: NewMeetingProps) {
  const t = calendarWords();
  const chosen = useSignal<Chosen>(null);
  const blocking = useSignal(false);
  const resources = useResource(resourceList).data.value?.items ?? [];
  const book = async (values: Record<string, string>) => {
    try {
      await (blocking.value ? blockTime(blockOf(values)) : bookMeeting(meetingOf(values, chosen.value)));
    } catch (error) {
      throw besideFields(error, values);
    }
    setQuery({ date: values.date || date }); // what was booked is looked at, in whichever week it is
    toast(blocking.value ? t.form.kept : t.form.booked);
  };
  return (
    <FormDialog title={t.add} go={t.form.book} onSend={book} onClose={onClose}>
      {(wrong) => (
        <>
          {customerId !== null && <Known id={customerId} onChoose={(known) => (chosen.value = known)} />}
          <Kinds blocking={blocking} />
          {!blocking.value && (
            <CustomerPicker chosen={chosen.value} onChoose={(who) => (chosen.value = who)} problems={wrong} />
          )}
          <Field label={t.form.date} name="date" type="date" ltr value={date} />
          <Field
            label={t.form.time}
            name="time"
            type="time"
            ltr
            value={minute === null ? "" : clockOf(minute)}
            error={wrong.time}
          />
          {blocking.value && (
            <Field
              label={t.form.minutes}
              name="minutes"
              type="number"
              inputMode="numeric"
              ltr
              value="60"
              error={wrong.minutes}
            />
          )}
          {resources.length > 1 && (
            <Select
              label={t.form.who}
              name="resourceId"
              options={resources.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name }))}
            />
          )}
          <Field label={t.form.topic} name="topic" error={wrong.topic} />
        </>
      )}
    </FormDialog>
  );
}

/** A meeting, or time in which none can be booked. */
function Kinds({ blocking }: { blocking: Signal<boolean> }) {
  const t = calendarWords();
  return (
    <fieldset class="segmented start" aria-label={t.form.kind}>
      {[false, true].map((blocks) => (
        <button
          type="button"
          key={String(blocks)}
          aria-pressed={blocking.value === blocks}
          onClick={() => (blocking.value = blocks)}
        >
          {blocks ? t.blocked : t.form.meeting}
        </button>
      ))}
    </fieldset>
  );
}

const blockOf = ({ date, time, minutes, topic, resourceId }: Record<string, string>) => ({
  startsLocal: `${date}T${time}`,
  minutes: Number(minutes),
  topic: topic || null,
  ...(resourceId ? { resourceId } : {}),
});

function meetingOf({ who = "", phone = "", name = "", ...values }: Record<string, string>, chosen: Chosen): NewMeeting {
  const [newPhone, newName] = isNumber(who) ? [who, name] : [phone, who];
  return {
    startsLocal: `${values.date}T${values.time}`,
    topic: values.topic || null,
    ...(chosen ? { customerId: chosen.id } : { customer: { phone: newPhone, ...(newName ? { name: newName } : {}) } }),
    ...(values.resourceId ? { resourceId: values.resourceId } : {}),
  };
}

/** The refusal with the fields' names as this form has them. */
function besideFields(error: unknown, { who = "" }: Record<string, string>): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.code === "taken") return new ApiError("invalid", [{ path: "time", code: "time_taken" }], 409);
  const names: Readonly<Record<string, string>> = {
    "customer.phone": isNumber(who) ? "who" : "phone",
    "customer.name": "who",
    customerId: "who",
    startsLocal: "time",
  };
  const fields = error.fields.map((field) => ({ ...field, path: names[field.path] ?? field.path }));
  return new ApiError(error.code, fields, error.status, error.reason);
}
