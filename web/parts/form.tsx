import type { ComponentChildren } from "preact";

interface FormProps {
  class?: string;
  /** Gets the form's element; reads its fields, and tells what is wrong by itself (the browser's own checks are off). */
  onSubmit: (element: HTMLFormElement) => unknown;
  children: ComponentChildren;
}

/** A form that is sent by code, never by the browser. */
export const Form = ({ class: name = "stack", onSubmit, children }: FormProps) => (
  <form
    class={name}
    noValidate
    onSubmit={(event) => {
      event.preventDefault();
      void onSubmit(event.currentTarget);
    }}
  >
    {children}
  </form>
);
