import { useSignal } from "@preact/signals";
import { ApiError } from "../../api.ts";
import { type FileReport, importFile, previewFile } from "../../models/leads-file.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { failed, toast } from "../../parts/toasts.tsx";
import { leadWords } from "../../strings/leads.he.ts";

const linesShown = 8;

/** Leads from a file: what it would add is shown before anything is written down. */
export function ImportLeads({ onClose }: { onClose: () => void }) {
  const t = leadWords().file;
  const file = useSignal<File | null>(null);
  const report = useSignal<FileReport | null>(null);
  const unreadable = useSignal(false);
  const read = async (chosen: File | undefined) => {
    [file.value, report.value, unreadable.value] = [chosen ?? null, null, false];
    if (chosen === undefined) return;
    try {
      report.value = await previewFile(chosen);
    } catch (error) {
      if (error instanceof ApiError && error.code === "invalid") unreadable.value = true;
      else failed(error);
    }
  };
  const add = async () => {
    const { added, known } = await importFile(file.value!);
    toast(t.done(added, known));
    onClose();
  };
  const foot = (
    <Button look="primary" disabled={(report.value?.readable ?? 0) === 0 && t.chooseFirst} onClick={add}>
      {t.add}
    </Button>
  );
  return (
    <Dialog title={t.title} foot={foot} onClose={onClose}>
      <p class="muted">{t.intro}</p>
      <label class="field">
        <span>{t.choose}</span>
        <input
          class="input"
          type="file"
          accept=".csv,.txt,text/csv,text/plain"
          onChange={(event) => read(event.currentTarget.files?.[0])}
        />
      </label>
      <div role="status">
        {unreadable.value && <p class="notice danger">{t.unreadable}</p>}
        {report.value && <Report of={report.value} />}
      </div>
    </Dialog>
  );
}

function Report({ of }: { of: FileReport }) {
  const t = leadWords().file;
  return (
    <div class="stack">
      <p>
        <strong>{t.would(of.added, of.known)}</strong> {of.duplicates > 0 && t.duplicates(of.duplicates)}
      </p>
      {of.problemCount > 0 && (
        <div class="notice warn">
          <div>
            <strong>{t.problems(of.problemCount)}</strong>
            <ul>
              {of.problems.slice(0, linesShown).map(({ line, code }) => (
                <li key={line}>{t.problem(line, code in t.codes ? t.codes[code as keyof typeof t.codes] : code)}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </div>
  );
}
