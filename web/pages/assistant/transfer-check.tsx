import { useSignal } from "@preact/signals";
import { createForm } from "../../form.ts";
import { callForCode, type Settings, verifyTransfer } from "../../models/assistant.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Phone } from "../../parts/phone.tsx";
import { toast } from "../../parts/toasts.tsx";
import { assistantWords } from "../../strings/assistant.he.ts";

const form = createForm();

/** Nobody is put through to a number whose person has not typed the code that a call read there (K16). */
export function TransferCheck({ of: { transferPhone, transferVerified } }: { of: Settings }) {
  const t = assistantWords().transfer;
  const called = useSignal(false);
  if (transferPhone === null || transferVerified) return null;
  const call = async () => {
    if (await callForCode()) called.value = true;
  };
  return (
    <section class="stack" aria-labelledby="transfer-check">
      <h2 id="transfer-check">{t.title}</h2>
      <p class="notice warn">
        <span class="grow">
          <Phone of={transferPhone} /> {t.notYet}
        </span>
      </p>
      {called.value && <Code />}
      <div>
        <Button look={called.value ? "outline" : "primary"} onClick={call}>
          {called.value ? t.again : t.call}
        </Button>
      </div>
    </section>
  );
}

function Code() {
  const t = assistantWords().transfer;
  const { problems, busy } = form;
  const send = (element: HTMLFormElement) =>
    form.submit(element, async ({ code = "" }) => {
      await verifyTransfer(code);
      toast(t.verified);
    });
  return (
    <Form onSubmit={send}>
      <p role="status">{t.ringing}</p>
      <Field
        label={t.code}
        name="code"
        ltr
        inputMode="numeric"
        autocomplete="one-time-code"
        maxLength={6}
        error={problems.value.code}
      />
      <div>
        <Button type="submit" look="primary" busy={busy.value}>
          {t.verify}
        </Button>
      </div>
    </Form>
  );
}
