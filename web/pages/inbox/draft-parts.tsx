import { useEffect, useMemo, useRef } from "preact/hooks";
import { fileSize } from "../../format.ts";
import { paperclip, reply, x } from "../../icons.ts";
import type { Message } from "../../models/inbox.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { inboxWords } from "../../strings/inbox.he.ts";
import { writerOf } from "./bubble.tsx";

// What the server keeps (src/whatsapp/sniff.ts); the first bytes decide there, whatever a name says.
const accepted = "image/*,audio/*,video/mp4,video/3gpp,application/pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt,.zip";

/** Chooses a file. `problemId` names the sentence about one that was refused. */
export function AttachButton({ onFile, problemId }: { onFile: (file: File) => void; problemId: string | undefined }) {
  const t = inboxWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        hidden
        type="file"
        name="file"
        accept={accepted}
        aria-label={t.attach}
        aria-describedby={problemId}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          currentTarget.value = ""; // the same file may be chosen again
          if (file) onFile(file);
        }}
      />
      <Button look="ghost" icon={paperclip} label={t.attach} onClick={() => input.current?.click()} />
    </>
  );
}

/** The file that goes with the next message. */
export function AttachedFile({ file, onDrop }: { file: File; onDrop: () => void }) {
  const t = inboxWords();
  const address = useMemo(() => (file.type.startsWith("image/") ? URL.createObjectURL(file) : null), [file]);
  useEffect(() => () => void (address && URL.revokeObjectURL(address)), [address]);
  return (
    <div class="draft-part">
      {address === null ? <Icon of={paperclip} /> : <img class="draft-image" src={address} alt="" />}
      <span class="grow ellipsis" dir="auto">
        {file.name}
      </span>
      <bdi class="small muted">{fileSize(file.size)}</bdi>
      <Button look="ghost" icon={x} label={t.dropFile} onClick={onDrop} />
    </div>
  );
}

/** What the next message answers. */
export function QuotedMessage({ message, onDrop }: { message: Message; onDrop: () => void }) {
  const t = inboxWords();
  return (
    <div class="draft-part">
      <Icon of={reply} flip />
      <span class="grow draft-quote">
        <span class="small muted" dir="auto">
          {t.replyTo(writerOf(message))}
        </span>
        <span class="ellipsis" dir="auto">
          {message.text}
        </span>
      </span>
      <Button look="ghost" icon={x} label={t.dropQuote} onClick={onDrop} />
    </div>
  );
}
