import { online } from "../api.ts";
import { clockTime } from "../format.ts";
import { eye, wifiOff } from "../icons.ts";
import { liveState, lostAt } from "../live.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { leaveBusiness, me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";

/** What must be seen on every page: whose data this is, and that it may be old. */
export function Banners() {
  const t = shellWords();
  const who = me.value;
  const lost = !online.value || liveState.value === "lost";
  return (
    <div class="banners">
      {who?.impersonating && (
        <section class="banner as-business" aria-label={t.impersonating(who.business?.name ?? "")}>
          <Icon of={eye} />
          <span class="ellipsis" dir="auto">
            {t.impersonating(who.business?.name ?? "")}
          </span>
          <Button onClick={leaveBusiness}>{t.leaveBusiness}</Button>
        </section>
      )}
      <div role="status">
        {lost && (
          <div class="banner offline">
            <Icon of={wifiOff} />
            {lostAt.value ? t.offline(clockTime(lostAt.value)) : t.reconnecting}
          </div>
        )}
      </div>
    </div>
  );
}
