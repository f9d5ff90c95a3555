import { useSignal } from "@preact/signals";
import { ApiError } from "../../api.ts";
import { useForm } from "../../form.ts";
import { ago } from "../../format.ts";
import { pencil, plus, sparkles, trash } from "../../icons.ts";
import {
  answerQuestion,
  dismissQuestion,
  type Knowledge,
  type KnowledgeKind,
  knowledgeList,
  publishKnowledge,
  type Question,
  questionList,
  removeKnowledge,
  saveKnowledge,
} from "../../models/assistant.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Field, Select, TextArea } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Overtaken } from "../../parts/overtaken.tsx";
import { failed, toast } from "../../parts/toasts.tsx";
import { useResource } from "../../resource.ts";
import { assistantWords } from "../../strings/assistant.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

const kinds: readonly KnowledgeKind[] = ["fact", "procedure", "never"];

/** What is being written: a subject (null = a new one of a kind), or the answer to a question. */
type Writing = { about: Knowledge | KnowledgeKind } | { question: Question };

export function KnowsTab() {
  const t = assistantWords().knows;
  const writing = useSignal<Writing | null>(null);
  const write = (what: Writing) => {
    writing.value = what;
  };
  const close = () => {
    writing.value = null;
  };
  const now = writing.value;
  return (
    <div class="stack">
      <Questions onAnswer={(question) => write({ question })} />
      <Loaded from={knowledgeList}>
        {({ items }) => (
          <>
            {items.length === 0 && <Empty icon={sparkles} title={t.empty.title} text={t.empty.text} />}
            {kinds.map((kind) => (
              <Kind key={kind} kind={kind} items={items.filter((item) => item.kind === kind)} onWrite={write} />
            ))}
          </>
        )}
      </Loaded>
      {now !== null &&
        ("question" in now ? <Answer to={now.question} onClose={close} /> : <Subject of={now.about} onClose={close} />)}
    </div>
  );
}

interface KindProps {
  kind: KnowledgeKind;
  items: readonly Knowledge[];
  onWrite: (what: Writing) => void;
}

function Kind({ kind, items, onWrite }: KindProps) {
  const t = assistantWords().knows;
  return (
    <section>
      <div class="section-head">
        <h2>{t.kinds[kind]}</h2>
        <Button icon={plus} onClick={() => onWrite({ about: kind })}>
          {t.add}
        </Button>
      </div>
      {items.length === 0 ? (
        <p class="muted small">{t.kindHints[kind]}</p>
      ) : (
        <ul class="rows">
          {items.map((item) => (
            <li key={item.id} class="row">
              <span class="row-main">
                <span class="row-title" dir="auto">
                  {item.subject}
                </span>
                <span class="row-sub" dir="auto">
                  {item.body}
                </span>
              </span>
              <span class="row-side">
                {item.status === "draft" && (
                  <>
                    <Badge tone="warn">{t.draft}</Badge>
                    <Button onClick={() => publishKnowledge(item.id)}>{t.publish}</Button>
                  </>
                )}
                <Button
                  look="ghost"
                  icon={pencil}
                  label={`${t.edit}: ${item.subject}`}
                  onClick={() => onWrite({ about: item })}
                />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const wordsOf = ({ kind, subject, body }: Knowledge): string =>
  `${assistantWords().knows.kinds[kind]}: ${subject}\n${body}`;

function Subject({ of, onClose }: { of: Knowledge | KnowledgeKind; onClose: () => void }) {
  const t = assistantWords().knows;
  const known = typeof of === "string" ? null : of;
  const form = useForm();
  const began = useSignal(known);
  const drawn = useSignal(0); // the fields are drawn anew with other words
  const now = knowledgeList.data.value?.items.find(({ id }) => id === known?.id) ?? null;
  const overtaken = now !== null && !form.busy.value && wordsOf(now) !== wordsOf(began.value!);
  const save = async ({ kind, subject = "", body = "" }: Record<string, string>) => {
    try {
      await saveKnowledge({ kind: kind as KnowledgeKind, subject, body }, now ?? known);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "taken") throw error;
      failed(error);
      await knowledgeList.reload();
      return null;
    }
  };
  const remove = async (item: Knowledge) => {
    const { kind, subject, body } = item;
    await removeKnowledge(item.id);
    onClose();
    toast(t.removed, { undo: () => saveKnowledge({ kind, subject, body }, null) });
  };
  const bin = known !== null && (
    <Button look="ghost" icon={trash} onClick={() => remove(now ?? known)}>
      {shellWords().delete}
    </Button>
  );
  return (
    <FormDialog
      title={known === null ? t.addTitle : t.editTitle}
      go={shellWords().save}
      disabled={overtaken && shellWords().overtaken.choose}
      form={form}
      onSend={save}
      onClose={onClose}
      more={bin}
    >
      {(problems) => (
        <>
          <div role="status">
            {overtaken && (
              <Overtaken
                theirs={wordsOf(now)}
                onTake={() => {
                  began.value = now;
                  drawn.value += 1;
                }}
                onKeep={() => {
                  began.value = now;
                }}
              />
            )}
          </div>
          <div class="stack" key={drawn.value}>
            <Select
              label={t.kind}
              name="kind"
              value={began.value?.kind ?? (of as KnowledgeKind)}
              options={kinds.map((kind) => ({ value: kind, label: t.kinds[kind] }))}
            />
            <Field label={t.subject} name="subject" value={began.value?.subject ?? ""} error={problems.subject} />
            <TextArea label={t.body} name="body" value={began.value?.body ?? ""} error={problems.body} />
          </div>
        </>
      )}
    </FormDialog>
  );
}

function Questions({ onAnswer }: { onAnswer: (question: Question) => void }) {
  const t = assistantWords().knows;
  useResource(questionList);
  const items = questionList.data.value?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t.questions}</h2>
      </div>
      <ul class="rows">
        {items.map((question) => (
          <li key={question.id} class="row side-below">
            <span class="row-main">
              <span class="row-title" dir="auto">
                {question.question}
              </span>
              <span class="row-sub">{ago(question.createdAt)}</span>
            </span>
            <span class="row-side">
              <Button onClick={() => onAnswer(question)}>{t.answer}</Button>
              <Button look="ghost" onClick={() => dismissQuestion(question.id)}>
                {t.dismiss}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Answer({ to, onClose }: { to: Question; onClose: () => void }) {
  const t = assistantWords().knows;
  const save = ({ body = "" }: Record<string, string>) => answerQuestion(to.id, body);
  return (
    <FormDialog title={to.question} go={shellWords().save} onSend={save} onClose={onClose}>
      {({ body }) => <TextArea label={t.answer} name="body" hint={t.answerHint} error={body} />}
    </FormDialog>
  );
}
