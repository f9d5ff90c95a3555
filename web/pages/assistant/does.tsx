import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError } from "../../api.ts";
import { authorText } from "../../author.ts";
import { ago } from "../../format.ts";
import { clapperboard } from "../../icons.ts";
import {
  type Channel,
  type DiffPart,
  promptBy,
  readDiff,
  rollBack,
  savePrompt,
  versionsBy,
  type Written,
} from "../../models/assistant.ts";
import { saveDraft } from "../../models/rehearsal.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { TextArea } from "../../parts/field.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Overtaken } from "../../parts/overtaken.tsx";
import { failed, toast } from "../../parts/toasts.tsx";
import { go, query, setQuery } from "../../router.ts";
import { assistantWords } from "../../strings/assistant.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

const channels: readonly Channel[] = ["call", "whatsapp"];

export function DoesTab() {
  const t = assistantWords().does;
  const channel: Channel = query.value.get("channel") === "whatsapp" ? "whatsapp" : "call";
  return (
    <div class="stack">
      <div class="segmented">
        {channels.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === channel}
            onClick={() => setQuery({ channel: name === "call" ? "" : name })}
          >
            {t.channel[name]}
          </button>
        ))}
      </div>
      <Loaded key={channel} from={promptBy(channel)}>
        {(inForce) => <Editor channel={channel} inForce={inForce} />}
      </Loaded>
      <Versions key={`versions ${channel}`} channel={channel} />
    </div>
  );
}

/**
 * While nothing is written the version in force stands here. What is written was begun from one version and is saved against
 * that one: when a colleague was faster, the person sees the other text and chooses.
 */
function Editor({ channel, inForce }: { channel: Channel; inForce: Written }) {
  const t = assistantWords();
  const began = useSignal(inForce);
  const text = useSignal(inForce.body);
  const drawn = useSignal(0); // the box is drawn anew with another text
  const isWritten = text.value !== began.value.body && text.value.trim() !== inForce.body;
  const overtaken = began.value.version !== inForce.version;
  const take = () => {
    began.value = inForce;
    if (text.value === inForce.body) return;
    text.value = inForce.body;
    drawn.value += 1;
  };
  useEffect(() => {
    if (overtaken && !isWritten) take();
  });
  const save = async () => {
    try {
      began.value = await savePrompt(channel, text.value, began.value.version);
      toast(t.saved);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "taken") throw error;
      failed(error);
      await promptBy(channel).reload();
    }
  };
  const chooseFirst = overtaken && isWritten;
  return (
    <>
      <TextArea
        key={drawn.value}
        label={t.does.text}
        name="body"
        rows={12}
        value={began.value.body}
        hint={t.does.hint}
        onInput={(typed) => {
          text.value = typed;
        }}
      />
      <div role="status">
        {chooseFirst && (
          <Overtaken
            theirs={inForce.body}
            onTake={take}
            onKeep={() => {
              began.value = inForce;
            }}
          />
        )}
      </div>
      <div class="line-up">
        <Button look="primary" disabled={chooseFirst && shellWords().overtaken.choose} onClick={save}>
          {t.does.save}
        </Button>
        <Button
          icon={clapperboard}
          onClick={async () =>
            go(`/rehearsal?draft=${await saveDraft(channel, text.value, null, began.value.version)}`)
          }
        >
          {t.does.rehearse}
        </Button>
      </div>
    </>
  );
}

function Versions({ channel }: { channel: Channel }) {
  const t = assistantWords().does;
  const shown = useSignal<{ version: number; parts: DiffPart[] } | null>(null);
  return (
    <section>
      <h2>{t.versions}</h2>
      <Loaded from={versionsBy(channel)}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted small">{t.noVersions}</p>
          ) : (
            <ul class="rows">
              {items.map(({ version, authorName, createdAt, restoredVersion }, index) => (
                <li key={version} class="row">
                  <span class="row-main">
                    <span class="row-title">
                      {t.version(version)} {index === 0 && <Badge tone="good">{t.inForce}</Badge>}
                    </span>
                    <span class="row-sub">
                      <bdi>{authorText(authorName)}</bdi> · {ago(createdAt)}
                      {restoredVersion !== null && ` · ${t.restored(restoredVersion)}`}
                    </span>
                  </span>
                  <span class="row-side">
                    {version > 1 && (
                      <Button
                        look="ghost"
                        onClick={async () => {
                          shown.value = { version, parts: await readDiff(channel, version - 1, version) };
                        }}
                      >
                        {t.compare}
                      </Button>
                    )}
                    {index > 0 && <Button onClick={() => rollBack(channel, version)}>{t.back}</Button>}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {shown.value !== null && (
        <Dialog
          title={`${t.compare}: ${t.version(shown.value.version)}`}
          onClose={() => {
            shown.value = null;
          }}
        >
          <Difference parts={shown.value.parts} />
        </Dialog>
      )}
    </section>
  );
}

function Difference({ parts }: { parts: readonly DiffPart[] }) {
  if (parts.every(({ kind }) => kind === "same")) return <p>{assistantWords().does.same}</p>;
  return (
    <p class="difference" dir="auto">
      {parts.map(({ kind, text }, index) =>
        kind === "added" ? <ins key={index}>{text}</ins> : kind === "removed" ? <del key={index}>{text}</del> : text,
      )}
    </p>
  );
}
