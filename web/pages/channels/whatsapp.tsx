import { createForm, numberIn } from "../../form.ts";
import { nearTime, phoneText } from "../../format.ts";
import {
  connect,
  disconnect,
  pairingCode,
  type Session,
  saveWhatsapp,
  session,
  unlink,
  type WhatsappSettings,
  whatsappSettings,
} from "../../models/channels.ts";
import { AskingButton } from "../../parts/asking.tsx";
import { Badge, type Tone } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Field, NumberField, Select } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { SettingsForm } from "../../parts/settings-form.tsx";
import { me } from "../../session.ts";
import { channelWords } from "../../strings/channels.he.ts";

const codeForm = createForm();

export function WhatsappCard() {
  const t = channelWords().whatsapp;
  return (
    <section class="card card-pad stack">
      <h2>{t.title}</h2>
      <Loaded from={session}>{(now) => <Link of={now} />}</Loaded>
      {me.value?.role !== "agent" && <Loaded from={whatsappSettings}>{(data) => <Settings of={data} />}</Loaded>}
    </section>
  );
}

const toneOf = ({ state, recovers }: Session): Tone =>
  state === "open" ? "good" : state === "off" ? "plain" : recovers ? "warn" : "danger";

function Link({ of }: { of: Session }) {
  const t = channelWords().whatsapp;
  const text = of.state in t.states ? t.states[of.state as keyof typeof t.states] : of.state;
  const mayChange = me.value?.role !== "agent";
  return (
    <>
      <div class="line-up" role="status">
        <Badge tone={toneOf(of)}>{text}</Badge>
        {of.connected && !of.canSend && <span>{t.cannotSend}</span>}
        {of.lastSeen !== null && <span class="muted small">{nearTime(of.lastSeen)}</span>}
      </div>
      {of.me?.phone && (
        <p>
          {t.linked} <bdi dir="ltr">{phoneText(of.me.phone)}</bdi>
        </p>
      )}
      {of.qr && <Qr size={of.qr.size} path={of.qr.path} />}
      {of.pairing && (
        <p>
          {t.code}:{" "}
          <bdi dir="ltr" class="pairing-code">
            {of.pairing.code}
          </bdi>
        </p>
      )}
      {of.state === "needs_link" && mayChange && <PairingForm />}
      {mayChange && (
        <div class="line-up">
          {of.wanted && of.recovers ? (
            <Button onClick={disconnect}>{t.disconnect}</Button>
          ) : (
            <Button look="primary" onClick={connect}>
              {t.connect}
            </Button>
          )}
          {of.me !== null && (
            <AskingButton question={{ ...t.unlinking, go: t.unlink, onGo: unlink }}>{t.unlink}</AskingButton>
          )}
        </div>
      )}
      <p class="muted small">{t.warning}</p>
    </>
  );
}

/** Dark on white in both themes: phones read it that way. */
function Qr({ size, path }: { size: number; path: string }) {
  const t = channelWords().whatsapp;
  return (
    <figure class="stack">
      <figcaption>{t.scan}</figcaption>
      <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t.qr} shape-rendering="crispEdges">
        <path d={path} />
      </svg>
    </figure>
  );
}

function PairingForm() {
  const t = channelWords().whatsapp;
  const { problems, busy } = codeForm;
  return (
    <Form onSubmit={(element) => codeForm.submit(element, ({ phone = "" }) => pairingCode(phone))}>
      <Field label={`${t.orCode}: ${t.number}`} name="phone" type="tel" error={problems.value.phone} />
      <div>
        <Button type="submit" busy={busy.value}>
          {t.getCode}
        </Button>
      </div>
    </Form>
  );
}

function Settings({ of }: { of: WhatsappSettings }) {
  const t = channelWords().whatsapp;
  return (
    <SettingsForm of={of} read={written} save={saveWhatsapp}>
      {(problems) => (
        <>
          <Select
            label={t.provider}
            name="providerInForce"
            value={of.providerInForce}
            options={[
              { value: "baileys", label: t.providers.baileys },
              { value: "twilio", label: t.providers.twilio },
            ]}
          />
          {of.providerInForce === "twilio" && <ByTwilio of={of} problems={problems} />}
          <label class="check switch">
            <input type="checkbox" name="answers" defaultChecked={of.answers} />
            {t.answers}
          </label>
          {(["silenceMinutes", "lateHours"] as const).map((name) => (
            <NumberField key={name} label={t[name]} name={name} value={of[name]} error={problems[name]} />
          ))}
        </>
      )}
    </SettingsForm>
  );
}

const ofTwilio = ["twilioNumber", "reminderTemplate", "confirmationTemplate"] as const;

/** Of what only Twilio wants, what the form showed: an empty field takes it away. */
const written = (values: Readonly<Record<string, string>>): Partial<WhatsappSettings> => ({
  providerInForce: values.providerInForce === "twilio" ? "twilio" : "baileys",
  ...Object.fromEntries(ofTwilio.flatMap((name) => (name in values ? [[name, values[name] || null]] : []))),
  answers: values.answers === "on",
  silenceMinutes: numberIn(values, "silenceMinutes"),
  lateHours: numberIn(values, "lateHours"),
});

function ByTwilio({ of, problems }: { of: WhatsappSettings; problems: Readonly<Record<string, string>> }) {
  const t = channelWords().whatsapp;
  return (
    <>
      <Field
        label={t.twilioNumber}
        name="twilioNumber"
        type="tel"
        value={of.twilioNumber ?? ""}
        error={problems.twilioNumber}
      />
      {ofTwilio.slice(1).map((name) => (
        <Field
          key={name}
          label={t[name]}
          hint={t.templateHint}
          name={name}
          ltr
          value={of[name] ?? ""}
          error={problems[name]}
        />
      ))}
    </>
  );
}
