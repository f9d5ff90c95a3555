import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { ApiError } from "../api.ts";
import { createForm } from "../form.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Form } from "./form.tsx";
import { Overtaken } from "./overtaken.tsx";
import { toast } from "./toasts.tsx";

interface SettingsFormProps<T> {
  /** What is in force. A field in which nobody wrote follows it by itself. */
  of: T;
  /** What the form says, by the names of its fields. */
  read: (values: Readonly<Record<string, string>>) => Partial<T>;
  /** Saves the fields that say something else. `seen` is how their author saw them. Null = not saved: a password was wanted and not given. */
  save: (change: Partial<T>, seen: Partial<T>) => Promise<unknown>;
  /** Reads again what is in force, after a colleague was faster. */
  reload?: () => Promise<void>;
  /** What is said after saving, where it is more than "saved". */
  saved?: string;
  children: (problems: Readonly<Record<string, string>>) => ComponentChildren;
}

/** A field that somebody else has changed since the person began to write in it. */
interface Conflict {
  name: string;
  label: string;
}

/**
 * The form of something that several people set: it saves what was written in it and nothing else, and what a colleague
 * saved in one of the same fields meanwhile is shown before it is overwritten.
 */
export function SettingsForm<T extends object>({ of, read, save, reload, saved, children }: SettingsFormProps<T>) {
  const t = shellWords();
  const form = useMemo(createForm, []);
  const seen = useSignal<Partial<T>>({});
  const conflicts = useSignal<readonly Conflict[]>([]);
  const drawn = useSignal(0); // the fields are drawn anew with other values
  const begin = ({ target }: Event): void => {
    const name = (target as HTMLInputElement).name as keyof T & string;
    if (!(name in seen.value)) seen.value = { ...seen.value, [name]: of[name] };
  };
  const settle = (now: Partial<T>): void => {
    seen.value = now;
    conflicts.value = [];
  };
  const submit = (element: HTMLFormElement) =>
    form.submit(element, async (values) => {
      const change = differing(read(values), of);
      const names = Object.keys(change) as (keyof T & string)[];
      const before = Object.fromEntries(
        names.map((name) => [name, name in seen.value ? seen.value[name] : of[name]]),
      ) as Partial<T>;
      const show = (fields: readonly string[]): void => {
        conflicts.value = fields.map((name) => ({ name, label: labelOf(element, name) }));
      };
      show(names.filter((name) => !isSame(before[name], of[name])));
      if (conflicts.value.length > 0) return;
      try {
        if (names.length > 0 && (await save(change, before)) === null) return;
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== "changed_meanwhile") throw error;
        await reload?.();
        return show(error.fields.map(({ path }) => path));
      }
      settle({});
      toast(saved ?? t.saved);
    });
  return (
    <Form onSubmit={submit}>
      <div class="stack" key={drawn.value} onInput={begin}>
        {children(form.problems.value)}
      </div>
      <div role="status">
        {conflicts.value.length > 0 && (
          <Overtaken
            theirs={conflicts.value.map(({ name, label }) => `${label}: ${asText(of, name)}`).join("\n")}
            onTake={() => {
              settle({});
              drawn.value += 1;
            }}
            onKeep={() => settle({ ...seen.value, ...of })}
          />
        )}
      </div>
      <div>
        <Button type="submit" look="primary" busy={form.busy.value}>
          {t.save}
        </Button>
      </div>
    </Form>
  );
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? "") === JSON.stringify(other ?? "");

/** The part of what was written that says something else than what is in force. */
const differing = <T extends object>(written: Partial<T>, inForce: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(written).filter(([name, value]) => !isSame(value, inForce[name as keyof T])),
  ) as Partial<T>;

function labelOf(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name) as HTMLInputElement | null;
  return field?.labels?.[0]?.textContent ?? "";
}

/** As the form would show it; money is kept in agorot and written in shekels. */
function asText(of: object, name: string): string {
  const value: unknown = (of as Record<string, unknown>)[name] ?? "";
  if (typeof value === "boolean") return value ? shellWords().yes : shellWords().no;
  if (typeof value === "number") return String(name.endsWith("Agorot") ? value / 100 : value);
  return Array.isArray(value) ? value.join(", ") : String(value);
}
