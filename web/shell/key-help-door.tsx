import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { wordsReady } from "../language.ts";
import { failed } from "../parts/toasts.tsx";
import { keyHelpOpen } from "./keyboard.ts";

/** The list of keys, whose code comes when somebody first asks for it. */
export function KeyHelpDoor() {
  const loaded = useSignal<{ Help: ComponentType } | null>(null);
  const open = keyHelpOpen.value;
  useEffect(() => {
    if (!open || loaded.value !== null) return;
    const load = async () => {
      const Help = (await import("./key-help.tsx")).default;
      await wordsReady();
      loaded.value = { Help };
    };
    load().catch((error) => {
      keyHelpOpen.value = false;
      failed(error);
    });
  }, [open, loaded]);
  if (!open || loaded.value === null) return null;
  const { Help } = loaded.value;
  return <Help />;
}
