import { type Signal, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ApiError } from "./api.ts";
import { failed } from "./parts/toasts.tsx";
import { fieldProblems } from "./problems.ts";

export interface Form {
  /** The sentence for each field that was refused. */
  readonly problems: Signal<Readonly<Record<string, string>>>;
  readonly busy: Signal<boolean>;
  /** True when it was done; false also when `send` answers null: its password was wanted and not given. Sends once at a time. A refusal about fields goes beside them, with the focus on the first; others become a toast. */
  submit(form: HTMLFormElement, send: (values: Record<string, string>) => Promise<unknown>): Promise<boolean>;
}

export function createForm(): Form {
  const problems = signal<Readonly<Record<string, string>>>({});
  const busy = signal(false);
  // What is said about a field holds until somebody writes in it again.
  const forget = ({ target }: Event): void => {
    const { [(target as HTMLInputElement).name]: _mended, ...rest } = problems.value;
    problems.value = rest;
  };
  return {
    problems,
    busy,
    async submit(form, send) {
      if (busy.value) return false;
      busy.value = true;
      problems.value = {};
      try {
        return (await send(valuesOf(form))) !== null;
      } catch (error) {
        const fields = fieldProblems(error, form);
        problems.value = fields;
        form.addEventListener("input", forget);
        const first = Object.keys(fields).find((name) => form.elements.namedItem(name));
        if (first === undefined) failed(error);
        else (form.elements.namedItem(first) as HTMLElement).focus();
        return false;
      } finally {
        busy.value = false;
      }
    },
  };
}

/** The form of one opening: what was refused in the last one says nothing about this one. */
export const useForm = (): Form => useMemo(createForm, []);

/** Every named field of a form, trimmed. */
const valuesOf = (form: HTMLFormElement): Record<string, string> =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));

/** A number as people write it. @throws ApiError "invalid" at its field. */
export function numberIn(values: Readonly<Record<string, string>>, name: string): number {
  const written = values[name] ?? "";
  const number = Number(written);
  if (written !== "" && !Number.isNaN(number)) return number;
  throw new ApiError("invalid", [{ path: name, code: written === "" ? "required" : "invalid" }]);
}
