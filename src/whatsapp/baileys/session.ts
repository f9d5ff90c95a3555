import makeWASocket, { type BinaryNode, Browsers, type ConnectionState, type WAMessage } from "@whiskeysockets/baileys";
import type { Clock, Timer } from "../../base/clock.ts";
import { AppError, describeError } from "../../base/errors.ts";
import type { LogFields, LogPrefix } from "../../base/log.ts";
import { limits } from "../../limits.ts";
import type { Address, IncomingMessage, OutgoingContent, OutgoingMessage, SendResult } from "../provider.ts";
import { addressOf, isIgnored, jidOf } from "./address.ts";
import { AuthStore, type JournalRow, LoginInUse } from "./auth-store.ts";
import { Envelopes } from "./envelopes.ts";
import { readIncoming, type Self, unreadableIncoming, viewOnceIncoming } from "./incoming.ts";
import { libraryLog } from "./library-log.ts";
import { createUpload, downloadMedia } from "./media.ts";
import { contentAgain } from "./outgoing.ts";
import type { Closing, FromWorker, Journalled, Me, SessionPulse, Version } from "./protocol.ts";
import { readReceipts } from "./receipts.ts";
import { Sender } from "./sender.ts";
import { guardedRepository } from "./signal-guard.ts";

type WASocket = ReturnType<typeof makeWASocket>;

export interface SessionDeps {
  biz: string;
  /** Which connection of this business it is: one session is one connection. */
  epoch: number;
  /** `storage/whatsapp/business_<id>` */
  dir: string;
  socketUrl: string;
  clock: Clock;
  tell(line: FromWorker): void;
  /** Null = the library's own. */
  version: Version | null;
  /** What we once sent under this id. */
  contentOf(providerId: string): Promise<OutgoingContent | null>;
}

/** One connection of one business to WhatsApp: the library's socket, and what we add to it. Ends once, with a closing. */
export class Session {
  readonly #deps: SessionDeps;
  readonly #store: AuthStore;
  readonly #socket: WASocket;
  readonly #sender: Sender;
  readonly #envelopes: Envelopes;
  readonly #pulse: Timer;
  readonly #upload: ReturnType<typeof createUpload>;
  readonly #rowsMade = { count: 0 };
  #heardMs: number | null = null;
  /** When a message came last, or the connection opened; null = it is not open. */
  #messageMs: number | null = null;
  #qrCount = 0;
  #refusedWith: number | null = null;
  #ended = false;

  /** Opens the login and begins to connect. Null when that cannot be: told as a closing. */
  static open(deps: SessionDeps): Session | null {
    try {
      const store = AuthStore.open(deps.dir, (error) => {
        deps.tell(
          logLine(deps, "error", "WA-ERROR", "the login could not be written", { error: describeError(error) }),
        );
      });
      return new Session(deps, store);
    } catch (error) {
      const closing: Closing =
        error instanceof LoginInUse ? { kind: "in_use" } : { kind: "unreadable", detail: describeError(error) };
      deps.tell({ type: "closed", biz: deps.biz, epoch: deps.epoch, closing });
      return null;
    }
  }

  private constructor(deps: SessionDeps, store: AuthStore) {
    this.#deps = deps;
    this.#store = store;
    const { clock } = deps;
    this.#envelopes = new Envelopes(clock);
    for (const row of store.journalled()) this.#handOver(row);
    const logger = libraryLog((event, fields) => this.#log("warn", "WA-ERROR", event, fields));
    const scheme = deps.socketUrl.startsWith("wss:") ? "https" : "http";
    this.#upload = createUpload(() => this.#socket.refreshMediaConn(false), scheme);
    this.#socket = makeWASocket({
      auth: { creds: store.creds, keys: store.keys },
      logger,
      browser: Browsers.ubuntu("Chrome"),
      waWebSocketUrl: deps.socketUrl,
      ...(deps.version === null ? {} : { version: [...deps.version] as [number, number, number] }),
      markOnlineOnConnect: false, // true would mute the owner's own phone
      syncFullHistory: false,
      emitOwnEvents: false,
      generateHighQualityLinkPreview: false,
      connectTimeoutMs: limits.waConnectMs,
      keepAliveIntervalMs: limits.waKeepAliveMs,
      defaultQueryTimeoutMs: limits.waQueryMs,
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 100 },
      shouldIgnoreJid: (jid) => isIgnored(jid ?? ""),
      getMessage: async ({ id }) => {
        const content = await deps.contentOf(id ?? "");
        return content === null ? undefined : contentAgain(content, this.#upload, logger);
      },
      makeSignalRepository: guardedRepository({
        envelopeOf: (ciphertext) => this.#envelopes.of(ciphertext),
        passed: (ciphertext) => this.#envelopes.passed(ciphertext),
        read: async (envelope, message) => this.#withLookedUp(readIncoming(envelope, message, this.#self, this.#nowMs)),
        nextKey: () => this.#nextKey(),
        journalled: (row) => this.#handOver(row),
      }),
    });
    this.#sender = new Sender({ socket: this.#socket, clock, upload: this.#upload });
    this.#listen();
    this.#pulse = clock.every(limits.waPingMs, () => this.#checkPulse());
  }

  get pulse(): SessionPulse {
    const { biz, epoch, clock } = this.#deps;
    const heardMsAgo = this.#heardMs === null ? null : clock.nowMs() - this.#heardMs;
    const silentMs = this.#messageMs === null ? 0 : clock.nowMs() - this.#messageMs;
    return { biz, epoch, heardMsAgo, oldestUnreadMs: this.#envelopes.oldestMs, silentMs };
  }

  send(message: OutgoingMessage): Promise<SendResult> {
    return this.#sender.send(message);
  }

  typing(to: Address, on: boolean): void {
    this.#quietly(this.#socket.sendPresenceUpdate(on ? "composing" : "paused", jidOf(to)));
  }

  read(from: Address, providerIds: readonly string[]): void {
    const remoteJid = jidOf(from);
    this.#quietly(this.#socket.readMessages(providerIds.map((id) => ({ remoteJid, id, fromMe: false }))));
  }

  /** @throws AppError as the port says. */
  download(ref: string, file: string, bytesMax: number): Promise<number> {
    const { protocol, host } = new URL(this.#deps.socketUrl);
    const origin = protocol === "wss:" ? "https://mmg.whatsapp.net" : `http://${host}`;
    return downloadMedia(ref, file, bytesMax, origin);
  }

  /** @throws AppError "unavailable" when the link is not waiting to be made. */
  async pairingCode(phone: string): Promise<string> {
    if (this.#store.linked || this.#qrCount === 0 || this.#ended)
      throw new AppError("unavailable", "the connection does not wait to be linked");
    return this.#socket.requestPairingCode(phone.replace(/\D/g, ""));
  }

  /** The journal may forget this row: it is durable elsewhere. */
  stored(key: string): void {
    this.#store.forget(key);
  }

  /** Whatever the login holds of these people goes. */
  forget(people: readonly Address[]): void {
    this.#store.forgetPeople(people);
  }

  /** Tells WhatsApp that this device goes. The closing follows as of any other connection. */
  async unlink(): Promise<void> {
    await this.#socket.logout().catch(() => {});
    this.#cutSoon();
  }

  /** Ends the connection; the closing follows. */
  close(): void {
    if (this.#ended) return;
    void this.#socket.end(undefined);
    this.#cutSoon();
  }

  /** Ends at once and tells nobody: another session takes its place. */
  abandon(): void {
    this.#ended = true;
    this.#release();
  }

  get #nowMs(): number {
    return this.#deps.clock.instant().epochMilliseconds;
  }

  get #self(): Self {
    const { phone, lid } = this.#me;
    return { phone, lid };
  }

  get #me(): Me {
    const { me } = this.#store.creds;
    return {
      phone: addressOf(me?.id)?.value ?? null,
      lid: addressOf(me?.lid)?.value ?? null,
      name: me?.name ?? me?.verifiedName ?? null,
    };
  }

  #listen(): void {
    const { ev, ws } = this.#socket;
    ws.prependListener("CB:message", (node: BinaryNode) => {
      this.#messageMs = this.#deps.clock.nowMs();
      this.#envelopes.arrived(node);
      const viewOnce = viewOnceIncoming(node, this.#self, this.#nowMs);
      if (viewOnce !== null) this.#journal({ kind: "message", message: viewOnce });
    });
    ws.on("frame", () => {
      this.#heardMs = this.#deps.clock.nowMs();
    });
    ws.on("CB:ack,class:message", (node: BinaryNode) => this.#sender.acknowledged(node.attrs));
    ws.on("CB:receipt", (node: BinaryNode) => this.#onReceipt(node));
    // A refused upgrade is not an error to the library under every runtime; without this it would wait for its timeout.
    ws.on("unexpected-response", (_request: unknown, response: { statusCode?: number }) => {
      this.#refusedWith = response.statusCode ?? 0;
      this.close();
    });
    ev.on("creds.update", (update) => {
      Object.assign(this.#store.creds, update);
      this.#store.saveCreds();
    });
    ev.on("connection.update", (update) => this.#onConnection(update));
    ev.on("messages.upsert", ({ messages }) => {
      for (const message of messages) this.#onUpsert(message);
    });
    ev.on("lid-mapping.update", ({ lid, pn }) => this.#tellSamePerson(lid, pn));
    ev.on("presence.update", ({ id, presences }) => {
      const from = addressOf(id);
      const state = Object.values(presences)[0]?.lastKnownPresence;
      if (from !== null && state !== undefined)
        this.#deps.tell({
          type: "typed",
          biz: this.#deps.biz,
          from,
          on: state === "composing" || state === "recording",
        });
    });
  }

  #onConnection({ qr, isNewLogin, connection, lastDisconnect }: Partial<ConnectionState>): void {
    const { biz, epoch, tell } = this.#deps;
    if (qr !== undefined && qr !== null)
      tell({ type: "qr", biz, epoch, text: qr, lifeMs: this.#qrCount++ === 0 ? 60_000 : 20_000 });
    if (isNewLogin) tell({ type: "scanned", biz, epoch });
    if (connection === "open") {
      this.#messageMs = this.#deps.clock.nowMs();
      tell({ type: "opened", biz, epoch, me: this.#me });
    }
    if (connection === "close") this.#end(lastDisconnect?.error);
  }

  #onReceipt(node: BinaryNode): void {
    for (const receipt of readReceipts(node, this.#self, this.#nowMs)) this.#journal({ kind: "receipt", receipt });
  }

  /**
   * What was decrypted was journalled before. What comes here besides is a message that could not be decrypted, or one that
   * the business's handset has sent again for us.
   */
  #onUpsert(message: WAMessage): void {
    const { key, messageStubType } = message;
    if (this.#envelopes.finished(key.id ?? "") || isIgnored(key.remoteJid ?? "")) return;
    const envelope = {
      id: key.id ?? "",
      from: (key.fromMe ? this.#store.creds.me?.id : key.remoteJid) ?? "",
      ...(key.fromMe ? { recipient: key.remoteJid ?? "" } : {}),
      ...(key.remoteJidAlt
        ? { [key.remoteJidAlt.endsWith("lid") ? "sender_lid" : "sender_pn"]: key.remoteJidAlt }
        : {}),
      t: String(message.messageTimestamp ?? ""),
      ...(message.pushName ? { notify: message.pushName } : {}),
    };
    const incoming = message.message
      ? readIncoming(envelope, message.message, this.#self, this.#nowMs)
      : messageStubType === 2
        ? unreadableIncoming(envelope, this.#self, this.#nowMs)
        : null;
    if (incoming !== null) this.#journal({ kind: "message", message: incoming });
  }

  /** What is written before WhatsApp hears that we have it: the library answers after its listeners are done. */
  #journal(value: Journalled): void {
    const row = { key: this.#nextKey(), value };
    this.#store.journal(row);
    this.#handOver(row);
  }

  /** A hidden id without its number beside it: the library may have learnt the number earlier. */
  async #withLookedUp(message: IncomingMessage | null): Promise<IncomingMessage | null> {
    if (message?.chat.kind !== "person" || message.chat.address.kind !== "lid" || message.alternatives.length > 0)
      return message;
    const jid = await this.#socket.signalRepository.lidMapping.getPNForLID(jidOf(message.chat.address));
    const phone = addressOf(jid);
    return phone === null ? message : { ...message, alternatives: [phone] };
  }

  #handOver({ key, value }: JournalRow): void {
    const { biz, tell } = this.#deps;
    if (value.kind === "receipt") return tell({ type: "receipt", biz, key, receipt: value.receipt });
    this.#envelopes.journalled(value.message.providerId);
    tell({ type: "incoming", biz, key, message: value.message });
  }

  #tellSamePerson(lid: string, pn: string): void {
    const [one, other] = [addressOf(lid), addressOf(pn)];
    if (one !== null && other !== null)
      this.#deps.tell({ type: "same_person", biz: this.#deps.biz, identities: [one, other] });
  }

  /** Sortable by time, so that the journal gives rows back in their order. */
  #nextKey(): string {
    return `${String(this.#nowMs).padStart(15, "0")}-${String(this.#rowsMade.count++).padStart(9, "0")}`;
  }

  #checkPulse(): void {
    if (this.#heardMs === null || this.#deps.clock.nowMs() - this.#heardMs < limits.waDeafMs) return;
    void this.#socket.end(Object.assign(new Error("nothing heard"), { output: { statusCode: 408 } }));
    this.#cutSoon();
  }

  #end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const { linked } = this.#store;
    this.#release();
    const { biz, epoch, tell } = this.#deps;
    tell({ type: "closed", biz, epoch, closing: this.#closingOf(error, linked) });
  }

  #release(): void {
    this.#pulse.cancel();
    this.#sender.end();
    this.#store.close();
    this.#cut();
  }

  #closingOf(error: unknown, linked: boolean): Closing {
    const { output, data } = (error ?? {}) as { output?: { statusCode?: number }; data?: unknown };
    const expire = (data as { expire?: unknown } | null | undefined)?.expire;
    return {
      kind: "code",
      code: this.#refusedWith === null ? (output?.statusCode ?? 428) : 1_000 + this.#refusedWith,
      linked,
      detail: error === undefined ? "closed by us" : describeError(error),
      expiresInSeconds: Number.isFinite(Number(expire)) && expire !== undefined ? Number(expire) : null,
    };
  }

  #cutSoon(): void {
    const { clock } = this.#deps;
    clock.after(limits.waCutMs, () => {
      this.#cut();
      clock.after(limits.waCutMs, () => this.#end(undefined)); // in case the library never tells
    });
  }

  /** A dead peer never answers the closing handshake: the library would wait 30 s for it. */
  #cut(): void {
    (this.#socket.ws as unknown as { socket: { terminate(): void } | null }).socket?.terminate();
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error) => this.#log("warn", "WA", "best effort failed", { error: describeError(error) }));
  }

  #log(level: "info" | "warn" | "error", prefix: LogPrefix, event: string, fields: LogFields): void {
    this.#deps.tell(logLine(this.#deps, level, prefix, event, fields));
  }
}

const logLine = (
  { biz }: SessionDeps,
  level: "info" | "warn" | "error",
  prefix: LogPrefix,
  event: string,
  fields: LogFields,
): FromWorker => ({ type: "log", biz, level, prefix, event, fields });
