import { chevronRight, circle, circleCheck } from "../../icons.ts";
import { firstSteps, type Step } from "../../models/today.ts";
import { Icon } from "../../parts/icon.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { SkeletonBlock } from "../../parts/skeleton.tsx";
import { useResource } from "../../resource.ts";
import { me } from "../../session.ts";
import { todayWords } from "../../strings/today.he.ts";

const memory = (): string => `panel_started_${me.value?.business?.id ?? ""}`;

/** Until half of it was done the checklist is what a newcomer came for: on a phone it stands first. */
export const isBeginning = (): boolean => localStorage.getItem(memory()) === null;

/** The checklist of the first ten minutes; gone when everything is done. Nothing in it blocks anything. */
export function FirstSteps() {
  useResource(firstSteps);
  if (firstSteps.data.value === null && localStorage.getItem(memory()) === "yes") return null;
  return (
    <Loaded from={firstSteps} skeleton={<SkeletonBlock size="420px" />} quiet>
      {(steps) => <Checklist of={steps} />}
    </Loaded>
  );
}

function Checklist({ of: steps }: { of: readonly Step[] }) {
  const t = todayWords().start;
  const done = steps.filter((step) => step.done).length;
  if (done >= steps.length / 2 && isBeginning()) localStorage.setItem(memory(), "half");
  if (done === steps.length) {
    localStorage.setItem(memory(), "yes"); // no place is kept for it any more, so nothing moves
    return null;
  }
  return (
    <section class="card first-steps">
      <div class="card-head">
        <h2>{t.title}</h2>
        <span class="small muted">{t.progress(done, steps.length)}</span>
      </div>
      <div class="progress" aria-hidden="true">
        <span style={{ inlineSize: `${(done / steps.length) * 100}%` }} />
      </div>
      <ol class="steps">
        {steps.map((step) => (
          <li key={step.key}>
            <StepLine step={step} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function StepLine({ step }: { step: Step }) {
  const t = todayWords().start;
  const { name, why } = t.steps[step.key];
  return (
    <a class={`step${step.done ? " done" : ""}`} href={step.to}>
      <Icon of={step.done ? circleCheck : circle} large />
      <span class="grow">
        <span class="row-title">
          {name} <span class="sr-only">({step.done ? t.done : t.open})</span>
        </span>
        {!step.done && <span class="row-sub">{why}</span>}
      </span>
      {!step.done && <Icon of={chevronRight} flip />}
    </a>
  );
}
