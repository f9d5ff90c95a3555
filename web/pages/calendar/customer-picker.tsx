import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { customer } from "../../models/customer.ts";
import { Field } from "../../parts/field.tsx";
import { type Chosen, PersonCombobox } from "../../parts/person-combobox.tsx";
import { useResource } from "../../resource.ts";
import { calendarWords } from "../../strings/calendar.he.ts";

interface PickerProps {
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  problems: Readonly<Record<string, string>>;
}

/** Digits are a number that somebody types instead of a name. */
export const isNumber = (typed: string): boolean => /^[+\d][\d\s().-]{2,}$/.test(typed.trim());

/** Finds a customer by name or number while it is typed; whoever is not found is written down with the meeting. */
export function CustomerPicker({ chosen, onChoose, problems }: PickerProps) {
  const t = calendarWords().form;
  const typed = useSignal("");
  const byNumber = chosen === null && isNumber(typed.value);
  return (
    <>
      <PersonCombobox label={t.customer} chosen={chosen} typed={typed} onChoose={onChoose} error={problems.who} />
      {chosen === null && !byNumber && (
        <Field
          label={t.phone}
          name="phone"
          type="tel"
          autocomplete="off"
          hint={typed.value.trim() === "" ? undefined : t.isNew}
          error={problems.phone}
        />
      )}
      {byNumber && <Field label={t.newName} name="name" autocomplete="off" maxLength={120} hint={t.isNew} />}
    </>
  );
}

/** The customer whose page the dialog was opened from, chosen as soon as it is read. */
export function Known({ id, onChoose }: { id: string; onChoose: (chosen: Chosen) => void }) {
  const known = useResource(customer(id)).data.value;
  useEffect(() => {
    if (known === null) return;
    const phones = known.identities.filter(({ kind }) => kind === "phone").map(({ value }) => value);
    onChoose({ id: known.id, name: known.name, phones });
  }, [known?.id]);
  return null;
}
