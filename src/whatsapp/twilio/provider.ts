import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import type { BusinessId } from "../../base/ids.ts";
import type {
  Address,
  ChannelHost,
  ChannelStatus,
  MediaRef,
  OutgoingMessage,
  PairingCode,
  ProviderAbilities,
  SendResult,
  WhatsAppChannel,
  WhatsAppProvider,
} from "../provider.ts";
import { refusalOf } from "./codes.ts";
import type { TwilioMessaging } from "./messaging.ts";

export interface TwilioProviderDeps {
  messaging: TwilioMessaging;
  /** The business's sender in E.164; null = it has none of its own. */
  senderOf(businessId: BusinessId): Promise<string | null>;
  /** Where Twilio reports what became of a message; carries its id, so that a report finds it whatever was lost. */
  statusCallback(messageId: string): string;
  clock: Clock;
}

/** How long after a customer's message WhatsApp takes free text from a business at Twilio. */
export const freeTextWindowMs = 24 * 60 * 60_000;

const can: ProviderAbilities = {
  pairing: false,
  typing: false,
  readReceipts: false,
  templates: true,
  freeTextWindowMs,
  pacedLikeAPerson: false,
};

// How long the list of messages may lag behind their making.
const listLagMs = 2_000;

/** WhatsApp over a Twilio account. Messages come in by webhook (src/twilio/whatsapp-webhooks.ts), not over a connection. */
export function createTwilioProvider(deps: TwilioProviderDeps): WhatsAppProvider {
  const channels = new Map<BusinessId, TwilioChannel>();
  return {
    kind: "twilio",
    can,
    networkId: () => null,
    holdsLogin: () => true,
    channel(businessId, host) {
      const channel = channels.get(businessId) ?? new TwilioChannel(deps, businessId, host);
      channels.set(businessId, channel);
      return channel;
    },
    async forget() {}, // nothing is kept here
    async alive() {},
    async close() {
      for (const channel of channels.values()) await channel.disconnect();
    },
  };
}

const off: ChannelStatus = {
  state: "off",
  connected: false,
  canSend: false,
  recovers: true,
  reason: null,
  failures: 0,
  lastSeen: null,
  retryAt: null,
  qr: null,
  pairing: null,
  me: null,
};

/** No connection is held: `open` means that the account and a sender are there and were not refused. */
class TwilioChannel implements WhatsAppChannel {
  readonly #deps: TwilioProviderDeps;
  readonly #businessId: BusinessId;
  readonly #host: ChannelHost;
  #status = off;
  #sender: string | null = null;
  #sending = 0;
  #idle = Promise.withResolvers<void>();

  constructor(deps: TwilioProviderDeps, businessId: BusinessId, host: ChannelHost) {
    this.#deps = deps;
    this.#host = host;
    this.#businessId = businessId;
  }

  status(): ChannelStatus {
    return this.#status;
  }

  connect(): void {
    if (this.#status.state === "open" || this.#status.state === "starting") return;
    this.#set({ state: "starting", recovers: true, reason: null });
    void this.#deps.senderOf(this.#businessId).then(
      (sender) => {
        if (this.#status.state === "starting") this.#opened(sender);
      },
      () => this.#set({ state: "waiting", reason: "sender_unknown" }),
    );
  }

  #opened(sender: string | null): void {
    this.#sender = sender;
    if (!this.#deps.messaging.hasAccount) return this.#misconfigured("no_account");
    if (sender === null) return this.#misconfigured("no_sender");
    this.#set({ state: "open", me: { phone: sender, lid: null, name: null } });
  }

  #misconfigured(reason: string): void {
    this.#set({ state: "misconfigured", recovers: false, reason });
  }

  async disconnect(): Promise<void> {
    this.#set({ state: "off" });
    while (this.#sending > 0) await this.#idle.promise;
  }

  /** There is no device to unlink. */
  logout(): Promise<void> {
    return this.disconnect();
  }

  async requestPairingCode(): Promise<PairingCode> {
    throw new AppError("upstream", "Twilio has no pairing");
  }

  async send(message: OutgoingMessage): Promise<SendResult> {
    const sender = this.#sender;
    if (!this.#status.canSend || sender === null) return { kind: "refused", final: false, code: "not_connected" };
    this.#sending++;
    try {
      return await this.#create(message, sender);
    } finally {
      this.#sending--;
      this.#idle.resolve();
      this.#idle = Promise.withResolvers<void>();
    }
  }

  async #create(message: OutgoingMessage, sender: string): Promise<SendResult> {
    const { messaging, statusCallback, clock } = this.#deps;
    const form = formOf(message, sender, statusCallback(message.id));
    if (form === null) return { kind: "refused", final: true, code: "no_public_address" };
    const since = clock.instant();
    const created = await messaging.create(form);
    switch (created.kind) {
      case "created":
        this.#set({ lastSeen: clock.instant().toString() });
        return { kind: "accepted", providerId: created.sid };
      case "refused": {
        const refusal = refusalOf(created.status, created.code);
        if (refusal.code === "not_connected") this.#misconfigured("unauthorised");
        return created.retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs: created.retryAfterMs };
      }
      case "unclear":
        return this.#lookUp(form, since, created.code);
    }
  }

  /** Whether a message whose answer was lost was made; only if Twilio says that it was not may it be tried again. */
  async #lookUp(form: Record<string, string>, since: Temporal.Instant, code: string): Promise<SendResult> {
    const { clock, messaging } = this.#deps;
    await new Promise<void>((done) => clock.after(listLagMs, done));
    try {
      const found = await messaging.find({ from: form.From!, to: form.To!, body: form.Body ?? null, since });
      if (found !== null) return { kind: "accepted", providerId: found };
      return { kind: "refused", final: false, code };
    } catch {
      return { kind: "unknown", repeatable: false, code };
    }
  }

  typing(): void {}
  markRead(): void {}

  download(media: MediaRef, to: { file: string; bytesMax: number }): Promise<{ bytes: number }> {
    return this.#deps.messaging.fetchMedia(media.ref, to);
  }

  #set(change: Partial<ChannelStatus>): void {
    this.#status = { ...this.#status, ...change };
    const isOpen = this.#status.state === "open";
    this.#status = { ...this.#status, connected: isOpen, canSend: isOpen };
    this.#host.changed(this.#status);
  }
}

/** The request that makes a message; null for a file that Twilio could not fetch anywhere. */
function formOf(
  { content, to }: OutgoingMessage,
  sender: string,
  statusCallback: string,
): Record<string, string> | null {
  const common = { From: `whatsapp:${sender}`, To: whatsappName(to), StatusCallback: statusCallback };
  switch (content.kind) {
    case "text":
      return { ...common, Body: content.text };
    case "template":
      return { ...common, ContentSid: content.templateId, ContentVariables: JSON.stringify(content.variables) };
    default:
      return content.url === null ? null : { ...common, Body: content.caption, MediaUrl: content.url };
  }
}

const whatsappName = ({ value }: Address): string => `whatsapp:${value}`;
