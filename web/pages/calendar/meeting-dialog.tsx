import { useSignal } from "@preact/signals";
import { now } from "../../clock.ts";
import { addDays } from "../../dates.ts";
import { clockTime, dateName, dayKey, nearTime } from "../../format.ts";
import {
  cancelMeeting,
  type FreeSlot,
  type MeetingDetail,
  meetingBy,
  moveMeeting,
  type Outcome,
  readFree,
  settleMeeting,
} from "../../models/calendar.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { calendarWords } from "../../strings/calendar.he.ts";
import { TellCustomer, toastChange } from "./tell-customer.tsx";

// As far as somebody moves a meeting on the phone; further ones are made anew.
const moveDays = 14;

export function MeetingDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = calendarWords();
  const meeting = meetingBy(id).data.value;
  const title =
    meeting === null ? t.title : meeting.customerId === null ? t.blocked : (meeting.customerName ?? t.nobody);
  return (
    <Dialog title={title} onClose={onClose}>
      <Loaded from={meetingBy(id)}>{(detail) => <Detail of={detail} onClose={onClose} />}</Loaded>
    </Dialog>
  );
}

function Detail({ of, onClose }: { of: MeetingDetail; onClose: () => void }) {
  const t = calendarWords().meeting;
  const free = useSignal<FreeSlot[] | null>(null);
  const asking = useSignal(false);
  const from = dayKey(now());
  const past = Date.parse(of.startsAt) < now().getTime();
  return (
    <div class="stack">
      <div class="line-up">
        <Badge tone={of.status === "booked" ? "good" : "plain"}>{t.statuses[of.status]}</Badge>
        {of.customerId !== null && <a href={`/customers/${of.customerId}`}>{of.customerName}</a>}
      </div>
      <Facts of={of} />
      {of.status === "booked" && !past && (
        <div class="line-up">
          <Button
            onClick={async () => {
              asking.value = false;
              free.value = await readFree(from, addDays(from, moveDays), of.id);
            }}
          >
            {t.move}
          </Button>
          <Button
            look="ghost"
            onClick={() => {
              free.value = null;
              asking.value = true;
            }}
          >
            {t.cancel}
          </Button>
        </div>
      )}
      {past && of.status !== "cancelled" && <Outcomes of={of} />}
      {asking.value && (
        <section class="stack">
          <p>{t.sure}</p>
          <TellCustomer of={of}>
            {(tellCustomer) => (
              <>
                <Button
                  look="danger"
                  onClick={async () => {
                    toastChange(t.cancelled, await cancelMeeting(of.id, tellCustomer));
                    onClose();
                  }}
                >
                  {t.cancel}
                </Button>
                <Button
                  look="ghost"
                  onClick={() => {
                    asking.value = false;
                  }}
                >
                  {t.keep}
                </Button>
              </>
            )}
          </TellCustomer>
        </section>
      )}
      {free.value !== null && <Slots slots={free.value} of={of} onClose={onClose} />}
    </div>
  );
}

function Facts({ of }: { of: MeetingDetail }) {
  const t = calendarWords().meeting;
  const reminders = of.reminders.filter(({ status }) => status === "planned").map(({ dueAt }) => nearTime(dueAt));
  return (
    <dl class="key-values">
      <dt>{t.when}</dt>
      <dd>
        {dateName(of.startsLocal.slice(0, 10))}{" "}
        <bdi dir="ltr">{`${of.startsLocal.slice(11)}–${of.endsLocal.slice(11)}`}</bdi>
        <div class="muted">{of.hebrewDate}</div>
      </dd>
      <dt>{t.with}</dt>
      <dd dir="auto">{of.resourceName}</dd>
      {of.topic !== null && (
        <>
          <dt>{t.topic}</dt>
          <dd dir="auto">{of.topic}</dd>
        </>
      )}
      <dt>{t.source}</dt>
      <dd>{t.sources[of.source]}</dd>
      {reminders.length > 0 && (
        <>
          <dt>{t.reminders}</dt>
          <dd>{reminders.join(", ")}</dd>
        </>
      )}
      {of.evidence !== null && of.evidence.heard.length > 0 && (
        <>
          <dt>{t.heard}</dt>
          <dd dir="auto">{of.evidence.heard.join(" / ")}</dd>
        </>
      )}
    </dl>
  );
}

function Outcomes({ of }: { of: MeetingDetail }) {
  const t = calendarWords().meeting;
  const choices: [Outcome, string][] = [
    ["completed", t.came],
    ["no_show", t.noShow],
    ["booked", t.reset],
  ];
  return (
    <div class="line-up">
      {choices
        .filter(([outcome]) => outcome !== of.status)
        .map(([outcome, label]) => (
          <Button key={outcome} onClick={() => settleMeeting(of.id, outcome)}>
            {label}
          </Button>
        ))}
    </div>
  );
}

function Slots({ slots, of, onClose }: { slots: readonly FreeSlot[]; of: MeetingDetail; onClose: () => void }) {
  const t = calendarWords().meeting;
  const chosen = useSignal<FreeSlot | null>(null);
  const days = Map.groupBy(slots, ({ startsLocal }) => startsLocal.slice(0, 10));
  if (slots.length === 0) return <p class="notice">{t.noFree}</p>;
  if (chosen.value !== null)
    return (
      <MoveTo
        slot={chosen.value}
        of={of}
        onClose={onClose}
        onBack={() => {
          chosen.value = null;
        }}
      />
    );
  return (
    <section class="stack">
      <p>{t.moving}</p>
      {[...days].map(([date, own], index) => (
        <details key={date} open={index === 0}>
          <summary>{dateName(date)}</summary>
          <div class="chips wrap">
            {own.map((slot) => (
              <Button
                key={`${slot.resourceId} ${slot.startsAt}`}
                onClick={() => {
                  chosen.value = slot;
                }}
              >
                {clockTime(slot.startsAt)}
              </Button>
            ))}
          </div>
        </details>
      ))}
    </section>
  );
}

interface MoveToProps {
  slot: FreeSlot;
  of: MeetingDetail;
  onClose: () => void;
  onBack: () => void;
}

function MoveTo({ slot, of, onClose, onBack }: MoveToProps) {
  const t = calendarWords().meeting;
  const when = `${dateName(slot.startsLocal.slice(0, 10))}, ${clockTime(slot.startsAt)}`;
  return (
    <section class="stack">
      <p>{t.moveTo(when)}</p>
      <TellCustomer of={of} startsAt={slot.startsAt}>
        {(tellCustomer) => (
          <>
            <Button
              look="primary"
              onClick={async () => {
                toastChange(t.moved, await moveMeeting(of.id, slot, tellCustomer));
                onClose();
              }}
            >
              {t.move}
            </Button>
            <Button look="ghost" onClick={onBack}>
              {t.elsewhere}
            </Button>
          </>
        )}
      </TellCustomer>
    </section>
  );
}
