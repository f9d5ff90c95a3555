import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";
import { circleAlert } from "../icons.ts";
import { Icon } from "./icon.tsx";

interface FieldProps {
  label: string;
  name: string;
  /** The sentence of what is wrong with it. */
  error?: string | undefined;
  hint?: ComponentChildren;
  type?: "text" | "email" | "password" | "tel" | "url" | "number" | "date" | "time" | "datetime-local" | "search";
  value?: string;
  placeholder?: string;
  autocomplete?: AutoFill;
  required?: boolean;
  /** Numbers, addresses and codes are written from the left, whatever the language. */
  ltr?: boolean;
  inputMode?: "text" | "numeric" | "decimal" | "tel" | "email";
  maxLength?: number;
  onInput?: (value: string) => void;
}

/** A label, its input and what is wrong with it. The error stands outside the label, or it would become part of the name. */
export function Field(props: FieldProps) {
  const { label, name, error, hint, type = "text", value, ltr, onInput, ...rest } = props;
  const attributes = { ...rest, type } as InputHTMLAttributes<HTMLInputElement>;
  const id = useId();
  const note = error || hint ? `${id}-note` : undefined;
  const leftToRight = ltr ?? ["email", "password", "tel", "url"].includes(type);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...attributes}
        class="input"
        id={id}
        name={name}
        defaultValue={value}
        dir={leftToRight ? "ltr" : "auto"}
        aria-invalid={error ? true : undefined}
        aria-describedby={note}
        onInput={onInput && ((event) => onInput(event.currentTarget.value))}
      />
      <FieldNote id={note} error={error} hint={hint} />
    </div>
  );
}

/** A number, null = none: a phone shows its digits. */
export function NumberField({ value, ...rest }: Omit<FieldProps, "value"> & { value: number | null }) {
  return <Field {...rest} ltr inputMode="numeric" value={String(value ?? "")} />;
}

interface TextAreaProps {
  label: string;
  name: string;
  error?: string | undefined;
  hint?: ComponentChildren;
  value?: string;
  rows?: number;
  maxLength?: number;
  placeholder?: string;
  onInput?: (value: string) => void;
}

export function TextArea({ label, name, error, hint, value, rows = 4, onInput, ...rest }: TextAreaProps) {
  const id = useId();
  const note = error || hint ? `${id}-note` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        {...rest}
        class="input"
        id={id}
        name={name}
        rows={rows}
        dir="auto"
        defaultValue={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={note}
        onInput={onInput && ((event) => onInput(event.currentTarget.value))}
      />
      <FieldNote id={note} error={error} hint={hint} />
    </div>
  );
}

interface SelectProps {
  label: string;
  name: string;
  value?: string;
  error?: string | undefined;
  hint?: ComponentChildren;
  options: readonly { value: string; label: string }[];
  onChange?: (value: string) => void;
}

export function Select({ label, name, value, error, hint, options, onChange }: SelectProps) {
  const id = useId();
  const note = error || hint ? `${id}-note` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        class="input"
        id={id}
        name={name}
        aria-invalid={error ? true : undefined}
        aria-describedby={note}
        onChange={onChange && ((event) => onChange(event.currentTarget.value))}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      <FieldNote id={note} error={error} hint={hint} />
    </div>
  );
}

/** What is wrong with a field, or what it is for. */
export function FieldNote({
  id,
  error,
  hint,
}: {
  id: string | undefined;
  error: string | undefined;
  hint: ComponentChildren;
}) {
  if (error)
    return (
      <span class="error" id={id}>
        <Icon of={circleAlert} />
        {error}
      </span>
    );
  return hint ? (
    <span class="hint" id={id}>
      {hint}
    </span>
  ) : null;
}
