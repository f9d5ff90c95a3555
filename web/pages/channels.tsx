import { session, whatsappSettings } from "../models/channels.ts";
import { numberList } from "../models/settings.ts";
import { CopyText } from "../parts/copy-text.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { Together } from "../parts/together.tsx";
import { me } from "../session.ts";
import { channelWords } from "../strings/channels.he.ts";
import { PhoneNumber } from "./channels/numbers.tsx";
import { WhatsappCard } from "./channels/whatsapp.tsx";

/** How customers reach the business, and what each channel still needs. */
export default function ChannelsPage() {
  const t = channelWords();
  return (
    <Page narrow title={t.title}>
      <Together of={[session, whatsappSettings, numberList]}>
        <WhatsappCard />
        <PhoneCard />
      </Together>
    </Page>
  );
}

function PhoneCard() {
  const t = channelWords().phone;
  return (
    <section class="card card-pad stack">
      <h2>{t.title}</h2>
      <Loaded from={numberList}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted">
              {t.none} <a href="/settings?tab=business">{t.toSettings}</a>
            </p>
          ) : (
            <ul class="stack" aria-label={t.numbers}>
              {items.map(({ phone }) => (
                <PhoneNumber key={phone} phone={phone} mayCheck={me.value?.role !== "agent"} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <CopyText label={t.webhook} text={`${location.origin}/webhook/incoming_call`} />
      <CopyText label={t.status} text={`${location.origin}/webhook/call_status`} />
    </section>
  );
}
