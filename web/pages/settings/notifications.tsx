import { PushSwitch } from "../../parts/push-switch.tsx";
import { settingsWords } from "../../strings/settings.he.ts";

export const NotificationsTab = () => (
  <section class="stack">
    <p class="muted">{settingsWords().notifications.what}</p>
    <PushSwitch />
  </section>
);
