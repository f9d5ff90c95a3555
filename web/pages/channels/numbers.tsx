import { useSignal } from "@preact/signals";
import { phoneText } from "../../format.ts";
import { circleCheck, circleQuestionMark, refreshCw, triangleAlert } from "../../icons.ts";
import { checkNumber, connectNumber, type NumberCheck, type NumberChecked } from "../../models/channels.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { toast } from "../../parts/toasts.tsx";
import { channelWords } from "../../strings/channels.he.ts";

/** A number that customers call, and whether their calls really come here. */
export function PhoneNumber({ phone, mayCheck }: { phone: string; mayCheck: boolean }) {
  const t = channelWords().phone;
  const found = useSignal<NumberChecked | null>(null);
  const isAsking = useSignal(false);
  const look = async () => {
    found.value = await checkNumber(phone);
  };
  const connect = async () => {
    found.value = await connectNumber(phone);
    isAsking.value = false;
    toast(t.connected);
  };
  const checked = found.value;
  return (
    <li class="number-check stack">
      <div class="line-up">
        <strong class="grow">
          <bdi dir="ltr">{phoneText(phone)}</bdi>
        </strong>
        {mayCheck && (
          <Button icon={refreshCw} onClick={look}>
            {checked === null ? t.check : t.checkAgain}
          </Button>
        )}
      </div>
      <p role="status" class={checked === null ? "sr-only" : ""}>
        {checked && summary(checked)}
      </p>
      {checked && <Checks of={checked.checks} />}
      {checked?.canConnect && isWrongThere(checked) && (
        <div>
          <Button look="primary" onClick={() => (isAsking.value = true)}>
            {t.connect}
          </Button>
        </div>
      )}
      {isAsking.value && checked && (
        <ConnectDialog of={checked} onConnect={connect} onClose={() => (isAsking.value = false)} />
      )}
    </li>
  );
}

function summary({ checks }: NumberChecked): string {
  const t = channelWords().phone;
  const wrong = checks.filter(({ state }) => state === "wrong").length;
  if (wrong > 0) return t.toMend(wrong);
  return checks.every(({ state }) => state === "ok") ? t.allGood : t.unclear;
}

/** What `connect` writes anew. */
const atTwilio = (checks: readonly NumberCheck[]) => checks.filter(({ name }) => name === "voice" || name === "status");

const isWrongThere = ({ checks }: NumberChecked): boolean => atTwilio(checks).some(({ state }) => state === "wrong");

const icons = { ok: circleCheck, wrong: triangleAlert, unknown: circleQuestionMark } as const;

function Checks({ of }: { of: readonly NumberCheck[] }) {
  const t = channelWords().phone;
  return (
    <ul class="checks">
      {of.map((check) => (
        <li key={check.name} class={`check-line ${check.state}`}>
          <Icon of={icons[check.state]} />
          <div class="grow">
            <p>
              {t.checks[check.name]} <span class="check-state small">{t.states[check.state]}</span>
            </p>
            {check.reason !== null && <p class="small muted">{t.reasons[check.reason]}</p>}
            {check.state === "wrong" && check.wanted !== null && <Address name={t.found} text={check.found} />}
            {check.state !== "ok" && check.wanted !== null && <Address name={t.wanted} text={check.wanted} />}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Address({ name, text }: { name: string; text: string | null }) {
  return (
    <p class="small check-address">
      <span class="muted">{name}</span> {text === null ? channelWords().phone.nothing : <code dir="ltr">{text}</code>}
    </p>
  );
}

interface ConnectProps {
  of: NumberChecked;
  onConnect: () => Promise<void>;
  onClose: () => void;
}

/** Says what will be written before a number that works somewhere is turned to here. */
function ConnectDialog({ of, onConnect, onClose }: ConnectProps) {
  const t = channelWords().phone;
  const isReachable = of.checks.every(
    ({ name, state }) => state === "ok" || (name !== "https" && name !== "reachable"),
  );
  const foot = (
    <>
      <Button look="primary" onClick={onConnect}>
        {t.connectGo}
      </Button>
      <Button onClick={onClose}>{t.connectNot}</Button>
    </>
  );
  return (
    <Dialog title={t.connectTitle} foot={foot} onClose={onClose}>
      <p>{t.connectText}</p>
      {atTwilio(of.checks).map(({ name, wanted }) => (
        <Address key={name} name={t.checks[name]} text={wanted} />
      ))}
      {!isReachable && <p class="notice warn">{t.connectWarning}</p>}
    </Dialog>
  );
}
