import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

interface Question {
  /** Names what it is about. */
  title: string;
  /** What ends with it, for good. */
  text: string;
  /** The word for doing it. */
  go: string;
  /** `false`: not done after all, the question stays. */
  onGo: () => Promise<unknown>;
}

/** Asks before what nothing takes back. */
export function Asking({ title, text, go, onGo, onClose }: Question & { onClose: () => void }) {
  const act = async () => {
    if ((await onGo()) !== false) onClose();
  };
  const foot = (
    <>
      <Button look="danger" onClick={act}>
        {go}
      </Button>
      <Button look="ghost" onClick={onClose}>
        {shellWords().cancel}
      </Button>
    </>
  );
  return (
    <Dialog title={title} foot={foot} onClose={onClose}>
      <p dir="auto">{text}</p>
    </Dialog>
  );
}

interface AskingButtonProps {
  question: Question;
  icon?: string;
  /** An icon alone: its name. */
  label?: string;
  children?: ComponentChildren;
}

/** A quiet button whose act asks first. */
export function AskingButton({ question, ...button }: AskingButtonProps) {
  const asking = useSignal(false);
  const close = () => {
    asking.value = false;
  };
  return (
    <>
      <Button
        {...button}
        look="ghost"
        onClick={() => {
          asking.value = true;
        }}
      />
      {asking.value && <Asking {...question} onClose={close} />}
    </>
  );
}
