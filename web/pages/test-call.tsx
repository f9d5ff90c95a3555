import { useEffect } from "preact/hooks";
import { mic, phoneOff } from "../icons.ts";
import { endedCalls, liveEvents, liveTurns } from "../models/calls.ts";
import { startTestCall, stopTestCall, testCall, testProblem, testState } from "../models/test-call.ts";
import { Button, LinkButton } from "../parts/button.tsx";
import { LevelMeter } from "../parts/level-meter.tsx";
import { Page } from "../parts/page.tsx";
import { callWords } from "../strings/calls.he.ts";

export default function TestCallPage() {
  const t = callWords().testCall;
  useEffect(() => stopTestCall, []); // whoever leaves the page has hung up
  const call = testCall.value;
  const problem = testProblem.value;
  return (
    <Page narrow title={t.title}>
      <p class="muted">{t.intro}</p>
      {call?.voice === "demo" && <p class="notice warn">{t.demoVoice}</p>}
      {problem !== null && (
        <p class="notice danger" role="alert">
          {{ no_microphone: t.noMicrophone, no_audio: t.noAudio, lost: t.lost, budget_spent: t.budgetSpent }[problem]}
        </p>
      )}
      <Controls />
      {call !== null && <Heard id={call.callId} />}
    </Page>
  );
}

function Controls() {
  const t = callWords().testCall;
  const state = testState.value;
  const id = testCall.value?.callId ?? "";
  const bargeIns = (liveEvents.value[id] ?? []).filter(({ kind }) => kind === "barge_in").length;
  const isOn = state === "live" || state === "connecting";
  return (
    <section class="card card-pad stack">
      <div class="line-up test-call-head">
        {isOn ? (
          <Button key="stop" look="danger" icon={phoneOff} onClick={stopTestCall}>
            {t.stop}
          </Button>
        ) : (
          <Button key="start" look="primary" icon={mic} onClick={startTestCall}>
            {state === "over" ? t.again : t.start}
          </Button>
        )}
        <span role="status" class="line-up">
          {state === "live" && <span class="live-dot" />}
          {state === "connecting" ? t.connecting : state === "live" ? t.live : state === "over" ? t.over : t.hint}
        </span>
      </div>
      <LevelMeter callId={id} />
      <p class="small">
        <span class="muted">{t.bargeIns}</span> <bdi class="numbers">{bargeIns}</bdi>
      </p>
      {state === "over" && id in endedCalls.value && <LinkButton to={`/calls/${id}`}>{t.toCall}</LinkButton>}
    </section>
  );
}

/** What both sides said so far, as the call log will have it. */
function Heard({ id }: { id: string }) {
  const t = callWords();
  const turns = liveTurns.value[id] ?? [];
  return (
    <section class="card card-pad">
      <h2>{t.transcript}</h2>
      <ol class="transcript" aria-live="polite">
        {turns.map((turn, index) => (
          <li key={index} class="turn">
            <span class="turn-main">
              <span class={`turn-who ${turn.role}`}>{turn.role === "assistant" ? t.assistant : t.caller}</span>
              <span dir="auto" class="turn-text">
                {turn.text}
                {turn.interrupted && <span class="turn-cut"> — {t.cut}</span>}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
