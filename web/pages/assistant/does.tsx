import { useSignal } from "@preact/signals";
import { ApiError } from "../../api.ts";
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
} from "../../models/assistant.ts";
import { saveDraft } from "../../models/rehearsal.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { TextArea } from "../../parts/field.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { go, query, setQuery } from "../../router.ts";
import { assistantWords } from "../../strings/assistant.he.ts";

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
        {({ body, version }) => <Editor channel={channel} body={body} version={version} />}
      </Loaded>
      <Versions key={`versions ${channel}`} channel={channel} />
    </div>
  );
}

function Editor({ channel, body, version }: { channel: Channel; body: string; version: number }) {
  const t = assistantWords();
  const text = useSignal(body);
  const save = async () => {
    try {
      await savePrompt(channel, text.value, version);
      toast(t.saved);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "taken") throw error;
      toast(t.does.changed, { bad: true });
      await promptBy(channel).reload();
    }
  };
  return (
    <>
      <TextArea
        label={t.does.text}
        name="body"
        rows={12}
        value={body}
        hint={t.does.hint}
        onInput={(typed) => {
          text.value = typed;
        }}
      />
      <div class="line-up">
        <Button look="primary" onClick={save}>
          {t.does.save}
        </Button>
        <Button
          icon={clapperboard}
          onClick={async () => go(`/rehearsal?draft=${await saveDraft(channel, text.value, null)}`)}
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
                      <bdi>{authorName}</bdi> · {ago(createdAt)}
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
