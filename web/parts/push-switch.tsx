import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type PushState, pushOff, pushOn, pushState, pushTest } from "../push-device.ts";
import { notificationWords } from "../strings/notifications.he.ts";
import { Button } from "./button.tsx";
import { failed, toast } from "./toasts.tsx";

const state = signal<PushState | null>(null);
const busy = signal(false);

async function become(change: () => Promise<PushState>): Promise<void> {
  busy.value = true;
  try {
    state.value = await change();
  } catch (error) {
    if (error instanceof DOMException) toast(notificationWords().push.refused, { bad: true });
    else failed(error);
  } finally {
    busy.value = false;
  }
}

/** Notifications on this device with the panel closed: on, off, and a test that shows whether they arrive. */
export function PushSwitch() {
  const t = notificationWords().push;
  useEffect(() => void become(pushState), []);
  const now = state.value;
  if (now === null) return null;
  if (now !== "on" && now !== "off") return <p class="notice">{t[now]}</p>;
  const test = async () => {
    const { sent, failed: lost } = await pushTest();
    toast(sent > 0 ? t.sent(sent) : lost > 0 ? t.refused : t.nobody, { bad: sent === 0 });
  };
  return (
    <div class="line-up">
      <label class="check switch grow">
        <span class="grow">{t.label}</span>
        <input
          type="checkbox"
          role="switch"
          aria-checked={now === "on"}
          checked={now === "on"}
          disabled={busy.value}
          onChange={(event) => void become(event.currentTarget.checked ? pushOn : pushOff)}
        />
      </label>
      {now === "on" && (
        <Button look="ghost" onClick={() => test().catch(failed)}>
          {t.test}
        </Button>
      )}
    </div>
  );
}
