import { AppError } from "../../base/errors.ts";
import { type BusinessId, newId } from "../../base/ids.ts";
import {
  type Address,
  type ChannelHost,
  type ChannelStatus,
  type IncomingContent,
  type IncomingMessage,
  noStatus,
  type OutgoingMessage,
  type ProviderAbilities,
  type Receipt,
  type SendResult,
  type WhatsAppChannel,
  type WhatsAppProvider,
} from "../provider.ts";

/** What the network does with the next sends, one step per send; without a script it accepts and shows. */
export type SendStep =
  /** The customer sees it; the answer says so. */
  | "accept"
  /** The customer sees it, the answer never comes. */
  | "lose_answer"
  /** Nobody sees it, no answer comes. */
  | "lose"
  | { refuse: string; final: boolean; retryAfterMs?: number };

/** A provider in memory: pairs by being told to, shows what customers see, and forgets nothing. */
export class ScriptedProvider implements WhatsAppProvider {
  readonly kind = "baileys";
  readonly can: ProviderAbilities;
  readonly channels = new Map<BusinessId, ScriptedChannel>();

  constructor(can: Partial<ProviderAbilities> = {}) {
    this.can = {
      pairing: true,
      typing: true,
      readReceipts: true,
      templates: false,
      freeTextWindowMs: null,
      pacedLikeAPerson: true,
      ...can,
    };
  }

  networkId(messageId: string): string {
    return `NET-${messageId}`;
  }

  channel(businessId: BusinessId, host: ChannelHost): ScriptedChannel {
    const channel = this.channels.get(businessId) ?? new ScriptedChannel(this, host);
    channel.host = host; // of another process, where a test has two of them
    this.channels.set(businessId, channel);
    return channel;
  }

  holdsLogin(): boolean {
    return true;
  }

  /** Of whom nothing is kept any more. */
  readonly forgotten: Address[] = [];
  async forget(_businessId: BusinessId, people: readonly Address[]): Promise<void> {
    this.forgotten.push(...people);
  }
  async alive(): Promise<void> {}

  async close(): Promise<void> {
    for (const channel of this.channels.values()) await channel.disconnect();
  }
}

/** A message as a customer's phone shows it. */
export interface Shown {
  providerId: string;
  to: Address;
  text: string;
}

export class ScriptedChannel implements WhatsAppChannel {
  host: ChannelHost;
  readonly #provider: ScriptedProvider;
  #status: ChannelStatus = noStatus;
  #linked = false;
  #waitingAtNetwork: IncomingMessage[] = [];
  /** One entry per network id: what comes twice is shown once. */
  readonly shown: Shown[] = [];
  /** Every try, in order. */
  readonly tries: OutgoingMessage[] = [];
  readonly script: SendStep[] = [];
  readonly typingSeen: { to: Address; on: boolean }[] = [];
  readonly readSeen: string[] = [];
  readonly files = new Map<string, Uint8Array>();

  constructor(provider: ScriptedProvider, host: ChannelHost) {
    this.#provider = provider;
    this.host = host;
  }

  status(): ChannelStatus {
    return this.#status;
  }

  connect(): void {
    if (this.#status.state === "open" || this.#status.state === "needs_link") return;
    if (this.#linked) return this.opens();
    this.set({ state: "needs_link", recovers: true, qr: { text: "scripted-qr", expiresAt: "2026-11-27T10:00:00Z" } });
  }

  async disconnect(): Promise<void> {
    this.set({ state: "off", recovers: false, reason: null });
  }

  async logout(): Promise<void> {
    this.#linked = false;
    this.set({ state: "off", recovers: false, reason: "unlinked" });
  }

  async requestPairingCode(): Promise<{ code: string; expiresAt: string }> {
    if (this.#status.state !== "needs_link") throw new AppError("unavailable", "not waiting to be linked");
    return { code: "ABCD1234", expiresAt: "2026-11-27T10:00:00Z" };
  }

  async send(message: OutgoingMessage): Promise<SendResult> {
    if (!this.#status.canSend) return { kind: "refused", final: false, code: "not_connected" };
    this.tries.push(message);
    const step = this.script.shift() ?? "accept";
    if (typeof step === "object") return refusalOf(step);
    if (step !== "lose") this.#show(message);
    if (step === "accept") return { kind: "accepted", providerId: this.#provider.networkId(message.id) };
    return { kind: "unknown", repeatable: true, code: "no_answer" };
  }

  typing(to: Address, on: boolean): void {
    this.typingSeen.push({ to, on });
  }

  markRead(_from: Address, providerIds: readonly string[]): void {
    this.readSeen.push(...providerIds);
  }

  async download(media: { ref: string }, to: { file: string; bytesMax: number }): Promise<{ bytes: number }> {
    const content = this.files.get(media.ref);
    if (content === undefined) throw new AppError("not_found", "the network has no such file any more");
    if (content.length > to.bytesMax) throw new AppError("too_large", "the file is too large");
    await Bun.write(to.file, content);
    return { bytes: content.length };
  }

  // What the world does

  /** The phone scans the QR. */
  scanned(me: { phone: string; name: string }): void {
    this.#linked = true;
    this.set({ me: { ...me, lid: null } });
    this.opens();
  }

  /** The connection is up; what waited at the network comes in as offline messages. */
  opens(): void {
    this.set({ state: "open", connected: true, canSend: true, recovers: true, reason: null, failures: 0, qr: null });
    const waiting = this.#waitingAtNetwork;
    this.#waitingAtNetwork = [];
    for (const message of waiting) void this.#handOver({ ...message, offline: true });
  }

  /** The connection is lost; the channel tries again by itself, and has failed `failures` times since. */
  drops(reason: string, failures = 0): void {
    this.set({ state: "waiting", connected: false, canSend: false, reason, failures });
  }

  /** Ends for good. */
  ends(state: ChannelStatus["state"], reason: string): void {
    this.#linked = state !== "logged_out";
    this.set({ state, connected: false, canSend: false, recovers: false, reason });
  }

  set(change: Partial<ChannelStatus>): void {
    const closed = { connected: false, canSend: false, qr: null, pairing: null };
    this.#status = { ...this.#status, ...("state" in change && change.state !== "open" ? closed : {}), ...change };
    this.host.changed(this.#status);
  }

  /** A customer's message arrives, or waits at the network while we are away. Resolves when it is stored. */
  async arrives(
    from: Address,
    content: IncomingContent | string,
    rest: Partial<IncomingMessage> = {},
  ): Promise<string> {
    const message: IncomingMessage = { ...scriptedMessage(from, content), ...rest };
    if (!this.#status.connected) this.#waitingAtNetwork.push(message);
    else await this.#handOver(message);
    return message.providerId;
  }

  async reports(providerId: string, state: Receipt["state"], code: string | null = null): Promise<void> {
    await this.host.reported({ providerId, messageId: null, state, code, at: "2026-11-27T08:00:01Z" });
  }

  /** At least once, as the port promises. */
  async #handOver(message: IncomingMessage): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.host.received(message);
      } catch (error) {
        if (tries > 20) throw error;
        await Bun.sleep(1);
      }
    }
  }

  #show({ id, to, content }: OutgoingMessage): void {
    const providerId = this.#provider.networkId(id);
    if (this.shown.some((known) => known.providerId === providerId)) return;
    const text =
      content.kind === "text" ? content.text : content.kind === "template" ? content.templateId : content.caption;
    this.shown.push({ providerId, to, text });
  }
}

/** A message of this customer, of an id of its own. */
export const scriptedMessage = (from: Address, content: IncomingContent | string): IncomingMessage => ({
  providerId: newId(),
  chat: { kind: "person", address: from },
  alternatives: [],
  fromMe: false,
  pushName: null,
  sentAt: "2026-11-27T08:00:00Z",
  offline: false,
  quotedId: null,
  content: typeof content === "string" ? { kind: "text", text: content } : content,
});

function refusalOf({ refuse, final, retryAfterMs }: Extract<SendStep, { refuse: string }>): SendResult {
  return { kind: "refused", final, code: refuse, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
