import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../../api.ts";
import { check, play } from "../../icons.ts";
import { promptBy, type Written } from "../../models/assistant.ts";
import { type Draft, publishDraft, rehearse, saveDraft } from "../../models/rehearsal.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { TextArea } from "../../parts/field.tsx";
import { Overtaken } from "../../parts/overtaken.tsx";
import { failed, toast } from "../../parts/toasts.tsx";
import { useResource } from "../../resource.ts";
import { assistantWords } from "../../strings/assistant.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

/**
 * The words of a draft, and what is done with them. A draft was begun from one version in force: when a colleague put
 * another there meanwhile, the person sees that one and chooses before anything is published.
 */
export function DraftText({ of }: { of: Draft }) {
  const t = assistantWords().rehearsal;
  const inForce = useResource(promptBy(of.channel)).data.value;
  const { text, keep } = useKeptText(of);
  const drawn = useSignal({ body: of.body, times: 0 }); // the box is drawn anew with another text
  const isPublished = of.publishedVersion !== null;
  const theirs = isPublished || of.basedOn === null || of.basedOn === inForce?.version ? null : inForce;
  const take = ({ body, version }: Written) => {
    text.value = body;
    drawn.value = { body, times: drawn.value.times + 1 };
    void keep(version).catch(failed);
  };
  return (
    <>
      <div onFocusOut={() => void keep().catch(failed)}>
        <TextArea
          key={drawn.value.times}
          label={t.draft}
          name="body"
          rows={10}
          value={drawn.value.body}
          onInput={(typed) => {
            text.value = typed;
          }}
        />
      </div>
      <div role="status">
        {theirs !== null && (
          <Overtaken
            theirs={theirs.body}
            onTake={() => take(theirs)}
            onKeep={() => void keep(theirs.version).catch(failed)}
          />
        )}
      </div>
      <div class="line-up">
        <Button look="primary" icon={play} onClick={() => keep().then(() => rehearse(of.id))}>
          {t.run}
        </Button>
        {isPublished ? (
          <Badge tone="good">{t.publishedBadge(of.publishedVersion ?? 0)}</Badge>
        ) : (
          <Button
            icon={check}
            disabled={theirs !== null && shellWords().overtaken.choose}
            onClick={() => keep().then(() => publish(of))}
          >
            {t.publish}
          </Button>
        )}
      </div>
    </>
  );
}

async function publish({ id, channel }: Draft): Promise<void> {
  try {
    toast(assistantWords().rehearsal.published(await publishDraft(id)));
  } catch (error) {
    // A colleague was faster than the news of it.
    if (error instanceof ApiError && error.code === "taken") void promptBy(channel).reload();
    throw error;
  }
}

/** What is typed, and `keep`, which saves it one change after the other: also when the person goes on to something else. */
function useKeptText(of: Draft) {
  const text = useSignal(of.body);
  const draft = useRef(of);
  draft.current = of;
  const kept = useRef(of.body);
  const last = useRef(Promise.resolve());
  const keep = (basedOn?: number): Promise<void> => {
    const done = last.current.then(async () => {
      const { id, channel, publishedVersion } = draft.current;
      const body = text.value;
      if (publishedVersion !== null || (body === kept.current && basedOn === undefined)) return;
      await saveDraft(channel, body, id, basedOn);
      kept.current = body;
    });
    last.current = done.catch(() => {});
    return done;
  };
  const leave = useRef(keep);
  useEffect(() => () => void leave.current().catch(failed), []);
  return { text, keep };
}
