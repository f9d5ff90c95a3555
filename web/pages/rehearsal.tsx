import { useSignal } from "@preact/signals";
import { authorText } from "../author.ts";
import { ago } from "../format.ts";
import { check, clapperboard, pencil, plus, trash, x } from "../icons.ts";
import { type Channel, promptBy } from "../models/assistant.ts";
import {
  addExamples,
  type Check,
  type Draft,
  drafts,
  type Run,
  removeScenario,
  runsBy,
  type Scenario,
  saveDraft,
  saveScenario,
  scenarios,
} from "../models/rehearsal.ts";
import { AskingButton } from "../parts/asking.tsx";
import { Badge, type Tone } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Field, Select, TextArea } from "../parts/field.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { query, setQuery } from "../router.ts";
import { assistantWords } from "../strings/assistant.he.ts";
import { shellWords } from "../strings/shell.he.ts";
import { DraftText } from "./rehearsal/draft-text.tsx";

/** Saved customers against a draft prompt, before it answers real ones (A10). */
export default function RehearsalPage() {
  const t = assistantWords().rehearsal;
  return (
    <Page title={t.title}>
      <p class="muted">{t.intro}</p>
      <div class="columns">
        <Loaded from={drafts}>{({ items }) => <Drafts items={items} />}</Loaded>
        <Scenarios />
      </div>
    </Page>
  );
}

function Drafts({ items }: { items: readonly Draft[] }) {
  const t = assistantWords();
  const wanted = query.value.get("draft");
  const draft = items.find(({ id }) => id === wanted) ?? items[0];
  const begin = async (channel: Channel) => {
    const inForce = promptBy(channel);
    await inForce.reload();
    const seen = inForce.data.value;
    setQuery({ draft: await saveDraft(channel, seen?.body ?? "", null, seen?.version) });
  };
  return (
    <div class="stack">
      <div class="line-up">
        {(["call", "whatsapp"] as const).map((channel) => (
          <Button key={channel} icon={plus} onClick={() => begin(channel)}>
            {`${t.rehearsal.newDraft}: ${t.does.channel[channel]}`}
          </Button>
        ))}
      </div>
      {items.length > 1 && (
        <Select
          label={t.rehearsal.draft}
          name="draft"
          value={draft?.id ?? ""}
          options={items.map((item) => ({ value: item.id, label: draftName(item) }))}
          onChange={(id) => setQuery({ draft: id })}
        />
      )}
      {draft && <OpenDraft key={draft.id} of={draft} />}
    </div>
  );
}

function draftName({ channel, authorName, createdAt, publishedVersion }: Draft): string {
  const t = assistantWords();
  const version = publishedVersion === null ? "" : ` · ${t.rehearsal.publishedBadge(publishedVersion)}`;
  return `${t.does.channel[channel]} · ${authorText(authorName)} · ${ago(createdAt)}${version}`;
}

function OpenDraft({ of }: { of: Draft }) {
  const t = assistantWords().rehearsal;
  return (
    <section class="stack">
      <DraftText of={of} />
      <h2>{t.results}</h2>
      <Loaded from={runsBy(of.id)}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted small">{t.noResults}</p>
          ) : (
            items.map((run) => <Result key={run.id} of={run} />)
          )
        }
      </Loaded>
    </section>
  );
}

const tones: Record<Run["status"], Tone> = { waiting: "plain", passed: "good", failed: "danger", error: "warn" };

function Result({ of }: { of: Run }) {
  const t = assistantWords().rehearsal;
  return (
    <article class="card card-pad stack">
      <div class="line-up">
        <h3 class="grow" dir="auto">
          {of.scenarioName}
        </h3>
        <span class="muted small">{ago(of.createdAt)}</span>
        <Badge tone={tones[of.status]}>{t.statuses[of.status]}</Badge>
      </div>
      {of.error !== null && <p class="notice warn">{errorText(of.error)}</p>}
      <ul class="stack small">
        {of.met.map((met, index) => (
          <li key={index} class={`line-up ${met ? "met" : "unmet"}`}>
            <Icon of={met ? check : x} />
            <span class="sr-only">{met ? t.met : t.unmet}</span>
            <span dir="auto">{checkText(of.checks[index])}</span>
          </li>
        ))}
      </ul>
      {of.transcript.length > 0 && (
        <details open={of.status === "failed"}>
          <summary>{t.transcript}</summary>
          <ol class="transcript">
            {of.transcript.map(({ author, text, tools }, index) => (
              <li key={index} class="turn">
                <span class="turn-main">
                  <span class={`turn-who ${author}`}>{author === "customer" ? t.customer : t.assistant}</span>
                  <span dir="auto">{text}</span>
                  {tools.length > 0 && (
                    <bdi dir="ltr" class="muted small">
                      {tools.join(", ")}
                    </bdi>
                  )}
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </article>
  );
}

function errorText(code: string): string {
  const { errors } = assistantWords().rehearsal;
  return code in errors ? errors[code as keyof typeof errors] : errors.other;
}

function checkText(of: Check | undefined): string {
  const t = assistantWords().rehearsal.check;
  switch (of?.kind) {
    case "meeting":
      return of.booked ? t.meeting(of.time ?? "") : t.noMeeting;
    case "says":
      return t.says(of.text);
    case "never_says":
      return t.neverSays(of.text);
    case "tool":
      return t.tool(of.name);
    case "task":
      return t.task;
    default:
      return "";
  }
}

function Scenarios() {
  const t = assistantWords().rehearsal;
  const open = useSignal<Scenario | "new" | null>(null);
  const close = () => {
    open.value = null;
  };
  return (
    <section class="stack">
      <div class="section-head">
        <h2>{t.scenarios}</h2>
        <Button
          icon={plus}
          onClick={() => {
            open.value = "new";
          }}
        >
          {t.addScenario}
        </Button>
      </div>
      <Loaded from={scenarios}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={clapperboard} title={t.noScenarios.title} text={t.noScenarios.text}>
              <Button look="primary" onClick={addExamples}>
                {t.examples}
              </Button>
            </Empty>
          ) : (
            <ul class="rows">
              {items.map((scenario) => (
                <li key={scenario.id} class="row">
                  <span class="row-main">
                    <span class="row-title" dir="auto">
                      {scenario.name}
                    </span>
                    <span class="row-sub ellipsis" dir="auto">
                      {scenario.lines.join(" · ")}
                    </span>
                  </span>
                  <Button
                    look="ghost"
                    icon={pencil}
                    label={scenario.name}
                    onClick={() => {
                      open.value = scenario;
                    }}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {open.value !== null && <EditScenario of={open.value === "new" ? null : open.value} onClose={close} />}
    </section>
  );
}

function EditScenario({ of, onClose }: { of: Scenario | null; onClose: () => void }) {
  const t = assistantWords().rehearsal;
  const meeting = of?.checks.find((one) => one.kind === "meeting");
  const textOf = (kind: "says" | "never_says") =>
    of?.checks.flatMap((one) => (one.kind === kind ? [one.text] : [])).join("\n") ?? "";
  const save = (values: Record<string, string>) =>
    saveScenario(
      { name: values.name ?? "", lines: linesOf(values.lines), checks: checksOf(values, of?.checks) },
      of?.id ?? null,
    );
  const remove = of !== null && (
    <AskingButton
      icon={trash}
      question={{
        ...t.removing,
        title: t.removing.title(of.name),
        go: shellWords().delete,
        onGo: () => removeScenario(of.id).then(onClose),
      }}
    >
      {shellWords().delete}
    </AskingButton>
  );
  return (
    <FormDialog title={of?.name ?? t.addScenario} go={shellWords().save} onSend={save} onClose={onClose} more={remove}>
      {(problems) => (
        <>
          <Field label={t.name} name="name" value={of?.name ?? ""} error={problems.name} />
          <TextArea label={t.lines} name="lines" value={of?.lines.join("\n") ?? ""} error={problems.lines} />
          <Select
            label={t.checks}
            name="meeting"
            value={meeting === undefined ? "any" : meeting.booked ? "yes" : "no"}
            options={[
              { value: "any", label: t.any },
              { value: "yes", label: t.meeting },
              { value: "no", label: t.noMeeting },
            ]}
          />
          <Field label={t.meetingTime} name="time" type="time" ltr value={meeting?.time ?? ""} />
          <TextArea label={t.says} name="says" rows={2} value={textOf("says")} />
          <TextArea label={t.neverSays} name="never_says" rows={2} value={textOf("never_says")} />
          <label class="check">
            <input
              type="checkbox"
              name="task"
              defaultChecked={of?.checks.some(({ kind }) => kind === "task") ?? false}
            />
            {t.task}
          </label>
        </>
      )}
    </FormDialog>
  );
}

const linesOf = (text = ""): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

const asked: readonly string[] = ["meeting", "says", "never_says", "task"] satisfies Check["kind"][];

/** What the form asks for, behind the checks that it knows no field for: those stay as they are. */
function checksOf(values: Record<string, string>, before: readonly Check[] = []): Check[] {
  const checks = before.filter(({ kind }) => !asked.includes(kind));
  if (values.meeting === "yes")
    checks.push({ kind: "meeting", booked: true, ...(values.time ? { time: values.time } : {}) });
  if (values.meeting === "no") checks.push({ kind: "meeting", booked: false });
  for (const text of linesOf(values.says)) checks.push({ kind: "says", text });
  for (const text of linesOf(values.never_says)) checks.push({ kind: "never_says", text });
  if (values.task === "on") checks.push({ kind: "task" });
  return checks;
}
