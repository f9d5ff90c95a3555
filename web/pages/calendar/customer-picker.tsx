import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { phoneText } from "../../format.ts";
import { customer } from "../../models/customer.ts";
import { leadName } from "../../models/leads.ts";
import { type Person, peopleSearch } from "../../models/people-search.ts";
import { Combobox } from "../../parts/combobox.tsx";
import { Field } from "../../parts/field.tsx";
import { useResource } from "../../resource.ts";
import { calendarWords } from "../../strings/calendar.he.ts";

/** Who is meant: a customer who is known, or what is needed of a new one. */
export type Chosen = Pick<Person, "id" | "name" | "phones"> | null;

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
  const { found, search } = useMemo(peopleSearch, []);
  const typed = useSignal("");
  const text = chosen === null ? typed.value : leadName(chosen);
  const options = found.value.map((person) => ({ id: person.id, name: leadName(person), ...noteOf(person) }));
  const byNumber = chosen === null && isNumber(typed.value);
  return (
    <>
      <Combobox
        label={t.customer}
        name="who"
        value={text}
        options={chosen === null ? options : []}
        listLabel={t.found}
        countText={t.foundCount}
        error={problems.who}
        hint={chosen === null ? undefined : (noteOf(chosen).note ?? undefined)}
        onType={(value) => {
          typed.value = value;
          onChoose(null);
          search(value);
        }}
        onChoose={({ id }) => onChoose(found.value.find((person) => person.id === id) ?? null)}
      />
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

const noteOf = ({ phones: [phone] }: Pick<Person, "phones">): { note?: string } =>
  phone === undefined ? {} : { note: phoneText(phone) };

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
