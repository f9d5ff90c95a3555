import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { phoneText } from "../format.ts";
import { leadName } from "../models/leads.ts";
import { type Person, peopleSearch } from "../models/people-search.ts";
import { leadWords } from "../strings/leads.he.ts";
import { Combobox } from "./combobox.tsx";

/** A customer who is known; null = nobody is chosen. */
export type Chosen = Pick<Person, "id" | "name" | "phones"> | null;

interface PersonComboboxProps {
  label: string;
  chosen: Chosen;
  /** What was typed while nobody is chosen. */
  typed: Signal<string>;
  onChoose: (chosen: Chosen) => void;
  error?: string | undefined;
  /** Id of who cannot be meant. */
  except?: string;
}

/** The field `who`: finds a customer by name or number while it is typed. */
export function PersonCombobox({ label, chosen, typed, onChoose, error, except }: PersonComboboxProps) {
  const t = leadWords().search;
  const { found, search } = useMemo(peopleSearch, []);
  const offered = chosen === null ? found.value.filter(({ id }) => id !== except) : [];
  return (
    <Combobox
      label={label}
      name="who"
      value={chosen === null ? typed.value : leadName(chosen)}
      options={offered.map((person) => ({ id: person.id, name: leadName(person), ...noteOf(person) }))}
      listLabel={t.found}
      countText={t.count}
      error={error}
      hint={chosen === null ? undefined : noteOf(chosen).note}
      onType={(value) => {
        typed.value = value;
        onChoose(null);
        search(value);
      }}
      onChoose={({ id }) => onChoose(found.value.find((person) => person.id === id) ?? null)}
    />
  );
}

const noteOf = ({ phones: [phone] }: Pick<Person, "phones">): { note?: string } =>
  phone === undefined ? {} : { note: phoneText(phone) };
