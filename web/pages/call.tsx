import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { link } from "../address.ts";
import { dayName, duration, money, nearTime, phoneText } from "../format.ts";
import { phone as phoneIcon, user } from "../icons.ts";
import {
  type CallDetail,
  type CallEvent,
  callBy,
  liveLevels,
  liveTurns,
  peaksBy,
  type Turn,
  traceBy,
} from "../models/calls.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Badge } from "../parts/badge.tsx";
import { CallPlot } from "../parts/call-plot.tsx";
import { Icon } from "../parts/icon.tsx";
import { LevelMeter } from "../parts/level-meter.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { Player, type Playing } from "../parts/player.tsx";
import { useResource } from "../resource.ts";
import { messageOf, onStreamClock, talkOf } from "../stream-clock.ts";
import { callWords } from "../strings/calls.he.ts";

export default function CallPage({ params }: { params: { id: string } }) {
  const call = callBy(params.id);
  useResource(call);
  const t = callWords();
  const data = call.data.value;
  const title = data === null ? t.title : titleOf(data);
  const kind = data?.origin === "browser" && data.customerName !== null ? `${t.test} · ` : "";
  const note = data === null ? undefined : `${kind}${nearTime(data.startedAt)}`;
  return (
    <Page
      title={title}
      note={note}
      back="/calls"
      lead={data && <Avatar name={data.customerName} />}
      actions={
        data && (
          <span class="line-up only-wide">
            <Actions of={data} />
          </span>
        )
      }
    >
      {data && (
        <div class="line-up only-small">
          {data.origin === "browser" && <Badge tone="voice">{t.test}</Badge>}
          <Actions of={data} />
        </div>
      )}
      <Loaded from={call}>{(detail) => <Detail of={detail} />}</Loaded>
    </Page>
  );
}

function titleOf({ customerName, from, origin }: CallDetail): string {
  const t = callWords();
  if (customerName !== null) return customerName;
  if (from !== null) return phoneText(from);
  return origin === "browser" ? t.test : t.hidden;
}

function Actions({ of }: { of: CallDetail }) {
  const t = callWords();
  return (
    <>
      {of.customerId !== null && (
        <a class="btn outline" href={link("/customers/:id", { id: of.customerId })}>
          <Icon of={user} />
          <span class="btn-text">{t.openCustomer}</span>
        </a>
      )}
      {of.from !== null && (
        <a class="btn primary" href={`tel:${of.from}`} title={t.callBack}>
          <Icon of={phoneIcon} />
          <span class="btn-text">
            <bdi dir="ltr">{phoneText(of.from)}</bdi>
          </span>
        </a>
      )}
    </>
  );
}

const atRest: Playing = { atMs: 0, seek: null, on: false };

function Detail({ of }: { of: CallDetail }) {
  const playing = useSignal<Playing>(atRest);
  const message = useSignal<Playing>(atRest);
  const isLive = of.endReason === null;
  const replayed = onStreamClock(of);
  return (
    <div class={`columns of-call${isLive ? " live" : ""}`}>
      <div class="stack">
        {isLive ? <Live id={of.id} /> : <Replay of={replayed} playing={playing} />}
        {!isLive && <Message of={of} playing={message} />}
        <Transcript of={replayed} isLive={isLive} playing={playing} message={message} />
      </div>
      <div class="stack">
        <Summary of={of} isLive={isLive} />
        <Happened events={replayed.events} />
      </div>
    </div>
  );
}

function Live({ id }: { id: string }) {
  const t = callWords();
  const speaking = useComputed(() => liveLevels.value[id]?.speaking ?? "nobody");
  return (
    <section class="card card-pad stack">
      <div class="line-up">
        <span class="live-dot" />
        <strong>{t.speaking[speaking.value]}</strong>
      </div>
      <LevelMeter callId={id} />
    </section>
  );
}

type PlayingSignal = Signal<Playing>;

function Replay({ of, playing }: { of: CallDetail; playing: PlayingSignal }) {
  const t = callWords();
  const stored = talkOf(of);
  const trace = useResource(traceBy(of.id)).data.value;
  const lengthMs = stored?.durationMs ?? of.durationMs ?? 0;
  return (
    <section class="card card-pad stack" aria-label={t.player}>
      {stored ? (
        <WithPeaks of={of} recording={stored.id} lengthMs={lengthMs} playing={playing} />
      ) : (
        <CallPlot trace={trace} peaks={null} events={of.events} lengthMs={lengthMs} playing={playing} />
      )}
      {stored ? (
        <>
          <Player src={`/api/calls/${of.id}/recordings/${stored.id}`} lengthMs={lengthMs} playing={playing} />
          <p class="muted small">{t.recordingGone(dayName(stored.deleteAfter))}</p>
        </>
      ) : (
        messageOf(of) === undefined && <p class="muted small">{t.noRecording}</p>
      )}
    </section>
  );
}

/** What the caller left when the assistant was out: nobody has heard it but a transcriber. */
function Message({ of, playing }: { of: CallDetail; playing: PlayingSignal }) {
  const t = callWords();
  const left = messageOf(of);
  if (left === undefined) return null;
  return (
    <section class="card card-pad stack" aria-label={t.message}>
      <h2>{t.message}</h2>
      <Player src={`/api/calls/${of.id}/recordings/${left.id}`} lengthMs={left.durationMs ?? 0} playing={playing} />
      <p class="muted small">{t.recordingGone(dayName(left.deleteAfter))}</p>
    </section>
  );
}

interface WithPeaksProps {
  of: CallDetail;
  recording: string;
  lengthMs: number;
  playing: PlayingSignal;
}

function WithPeaks({ of, recording, lengthMs, playing }: WithPeaksProps) {
  const trace = useResource(traceBy(of.id)).data.value;
  const peaks = useResource(peaksBy(`${of.id} ${recording}`)).data.value;
  return <CallPlot trace={trace} peaks={peaks} events={of.events} lengthMs={lengthMs} playing={playing} />;
}

interface TranscriptProps {
  of: CallDetail;
  isLive: boolean;
  playing: PlayingSignal;
  message: PlayingSignal;
}

function Transcript({ of, isLive, playing, message }: TranscriptProps) {
  const t = callWords();
  const turns = isLive ? joined(of.turns, liveTurns.value[of.id] ?? []) : of.turns;
  const list = useFollowed(turns, playing);
  useNewest(list, isLive, turns.length);
  const soundOf = soundsOf(of, isLive, playing, message);
  const cuts = turns.filter(({ interrupted }) => interrupted).length;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t.transcript}</h2>
        <span class="muted small">{t.interruptions(cuts)}</span>
      </div>
      <div class="card-body">
        {turns.length === 0 ? (
          <p class="muted">{t.noWords}</p>
        ) : (
          <ol ref={list} class="transcript" aria-live={isLive ? "polite" : undefined}>
            {turns.map((turn, index) => (
              <li key={`${turn.startMs} ${index}`}>
                <Line of={turn} name={of.customerName} sound={soundOf(turn)} />
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}

/** Where a line is heard: in the talk, or at the beginning of the message that it is; null when that is not there to play. */
interface LineSound {
  playing: PlayingSignal;
  startMs: number;
}

function soundsOf(of: CallDetail, isLive: boolean, playing: PlayingSignal, message: PlayingSignal) {
  const [talk, left] = isLive ? [] : [talkOf(of), messageOf(of)];
  return ({ recordingId, startMs }: Turn): LineSound | null => {
    if (recordingId === null) return talk ? { playing, startMs } : null;
    return left?.id === recordingId ? { playing: message, startMs: 0 } : null;
  };
}

/** Keeps the line that is heard in sight while it plays, unless the reader has scrolled away from it. */
function useFollowed(turns: readonly Turn[], playing: PlayingSignal) {
  const list = useRef<HTMLOListElement>(null);
  const last = useRef<Element | null>(null);
  useSignalEffect(() => {
    const { atMs, on } = playing.value;
    if (!on) last.current = null;
    const index = on ? turns.findLastIndex(({ startMs }) => atMs >= startMs) : -1;
    const line = list.current?.children[index];
    if (!line || line === last.current) return;
    const follows = last.current === null || isInSight(last.current);
    last.current = line;
    if (follows) bringInSight(line);
  });
  return list;
}

/** A live call is read at its newest line, unless the reader has scrolled away from it. */
function useNewest(list: RefObject<HTMLOListElement | null>, isLive: boolean, count: number): void {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const line = list.current?.lastElementChild ?? null;
    if (isLive && line !== null && (last.current === null || isInSight(last.current))) bringInSight(line);
    last.current = line;
  }, [isLive, count]);
}

function bringInSight(line: Element): void {
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  line.scrollIntoView({ block: "nearest", behavior });
}

function isInSight(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** What is stored and what was just heard, each turn once. */
function joined(stored: readonly Turn[], heard: readonly Turn[]): Turn[] {
  const known = new Set(stored.map(({ role, startMs }) => `${role} ${startMs}`));
  return [...stored, ...heard.filter(({ role, startMs }) => !known.has(`${role} ${startMs}`))];
}

interface LineProps {
  of: Turn;
  name: string | null;
  sound: LineSound | null;
}

function Line({ of, name, sound }: LineProps) {
  const t = callWords();
  const atMs = sound?.playing.value.atMs ?? 0;
  const fromMs = sound?.startMs ?? 0;
  const isNow = atMs > 0 && atMs >= fromMs && atMs < fromMs + Math.max(of.endMs - of.startMs, 1);
  const words = (
    <>
      <span class="turn-time">
        <bdi dir="ltr">{duration(of.startMs)}</bdi>
      </span>
      <span class="turn-main">
        <span class={`turn-who ${of.role}`}>{of.role === "assistant" ? t.assistant : (name ?? t.caller)}</span>
        <span dir="auto" class="turn-text">
          {of.text}
          {of.interrupted && <span class="turn-cut"> — {t.cut}</span>}
        </span>
      </span>
    </>
  );
  if (sound === null) return <div class="turn">{words}</div>;
  const { playing, startMs } = sound;
  return (
    <button
      type="button"
      class="turn"
      aria-current={isNow ? "true" : undefined}
      onClick={() => {
        playing.value = { ...playing.value, seek: startMs };
      }}
    >
      {words}
    </button>
  );
}

function Summary({ of, isLive }: { of: CallDetail; isLive: boolean }) {
  const t = callWords();
  const first = of.events.find(({ kind }) => kind === "first_response")?.detail.after_ms;
  return (
    <section class="card card-pad stack call-summary">
      <h2>{t.summary}</h2>
      <p dir="auto">{of.summary ?? (isLive ? t.noSummary : t.reasons[reason(of.endReason)])}</p>
      <dl class="key-values">
        <Value name={t.when} value={nearTime(of.startedAt)} />
        {!isLive && of.summary !== null && <Value name={t.ended} value={t.reasons[reason(of.endReason)]} />}
        {of.durationMs !== null && <Value name={t.duration} value={duration(of.durationMs)} />}
        {typeof first === "number" && <Value name={t.firstAnswer} value={seconds(first)} />}
        {of.latency.p50 !== null && <Value name={t.answers} value={seconds(of.latency.p50)} />}
        {of.costAgorot !== null && <Value name={t.cost} value={money(of.costAgorot)} />}
      </dl>
    </section>
  );
}

const seconds = (ms: number): string => callWords().seconds((ms / 1_000).toFixed(1));

const Value = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>{name}</dt>
    <dd class="numbers">
      <bdi>{value}</bdi>
    </dd>
  </>
);

function reason(endReason: string | null): keyof ReturnType<typeof callWords>["reasons"] {
  const { reasons } = callWords();
  return endReason !== null && endReason in reasons ? (endReason as keyof typeof reasons) : "caller_hung_up";
}

/** Beside the words: interruptions, actions, trouble. Latencies and other measurements are in the plot. */
function Happened({ events }: { events: readonly CallEvent[] }) {
  const t = callWords();
  const shown = events.filter(({ kind }) => kind in t.events);
  if (shown.length === 0) return null;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t.happened}</h2>
      </div>
      <ol class="card-body happened">
        {shown.map((event, index) => (
          <li key={index}>
            <bdi dir="ltr" class="turn-time">
              {duration(event.atMs)}
            </bdi>
            <span>{eventText(event)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function eventText({ kind, detail }: CallEvent): string {
  const { events, tools } = callWords();
  const tool = String(detail.tool ?? "");
  if (kind === "tool") return events.tool(tool in tools ? tools[tool as keyof typeof tools] : tool);
  const text = events[kind as Exclude<keyof typeof events, "tool">];
  return typeof text === "string" ? text : kind;
}
