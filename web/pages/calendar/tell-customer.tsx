import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { type CustomerTold, type MeetingDetail, newsBy, newsKey } from "../../models/calendar.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { calendarWords } from "../../strings/calendar.he.ts";

interface TellCustomerProps {
  of: MeetingDetail;
  /** Where it would move to; without it, it would be cancelled. */
  startsAt?: string;
  /** The buttons, there once the words are: nothing goes out that nobody has seen. */
  children: (tellCustomer: boolean) => ComponentChildren;
}

/** What the customer would be told, and whether; or why not. */
export function TellCustomer({ of, startsAt, children }: TellCustomerProps) {
  const t = calendarWords().meeting.news;
  const wanted = useSignal(true);
  if (of.customerId === null) return <>{children(false)}</>;
  return (
    <Loaded from={newsBy(newsKey(of.id, startsAt))}>
      {({ text, isTemplate, refused }) => (
        <div class="stack">
          {refused === null ? (
            <>
              <label class="check">
                <input
                  type="checkbox"
                  checked={wanted.value}
                  onChange={({ currentTarget }) => {
                    wanted.value = currentTarget.checked;
                  }}
                />
                {t.send}
              </label>
              <blockquote class="notice" dir="auto">
                {text}
              </blockquote>
              {isTemplate && <p class="muted">{t.template}</p>}
            </>
          ) : (
            <p class="notice">{t.refused[refused]}</p>
          )}
          <div class="line-up">{children(refused === null && wanted.value)}</div>
        </div>
      )}
    </Loaded>
  );
}

/** Says what was done, and whether the customer hears of it. */
export function toastChange(done: string, told: CustomerTold): void {
  const t = calendarWords().meeting.news;
  const what = told === null ? null : told === "told" ? t.sent : t.refused[told];
  toast(what === null ? done : `${done}. ${what}`);
}
