import type { makeWASocket } from "@whiskeysockets/baileys";
import type { Clock } from "../../base/clock.ts";
import { limits } from "../../limits.ts";
import type { OutgoingMessage, SendResult } from "../provider.ts";
import { jidOf, networkIdOf } from "./address.ts";
import type { createUpload } from "./media.ts";
import { outgoingContent, quotedMessage } from "./outgoing.ts";

interface SenderDeps {
  socket: ReturnType<typeof makeWASocket>;
  clock: Clock;
  upload: ReturnType<typeof createUpload>;
}

interface Waiting {
  /** Bytes may have left: a failure from now on says nothing. */
  mayHaveLeft: boolean;
  settle(result: SendResult): void;
}

/** What WhatsApp's error codes in an acknowledgement mean; others may pass. */
const ackErrors: Readonly<Record<string, { final: boolean; code: string }>> = {
  "463": { final: true, code: "reach_out_lock" }, // trying again makes the restriction worse
  "479": { final: false, code: "stale_devices" },
};

/**
 * Sends messages and waits for the server's acknowledgement: that the library says "sent" means only that bytes were
 * written, possibly to no device at all. Always ends within `limits.waAckMs`.
 */
export class Sender {
  readonly #deps: SenderDeps;
  readonly #waiting = new Map<string, Waiting>();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  send(message: OutgoingMessage): Promise<SendResult> {
    const id = networkIdOf(message.id);
    const { promise, resolve } = Promise.withResolvers<SendResult>();
    const timer = this.#deps.clock.after(limits.waAckMs, () => waiting.settle(failed(waiting, "ack_timeout")));
    const waiting: Waiting = {
      mayHaveLeft: false,
      settle: (result) => {
        timer.cancel();
        if (this.#waiting.get(id) === waiting) this.#waiting.delete(id);
        resolve(result);
      },
    };
    this.#waiting.get(id)?.settle(failed({ mayHaveLeft: true }, "repeated"));
    this.#waiting.set(id, waiting);
    this.#start(id, message, waiting).catch(() => waiting.settle(failed(waiting, "send_failed")));
    return promise;
  }

  acknowledged(attributes: Readonly<Record<string, string>>): void {
    const { id = "", error } = attributes;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    if (error === undefined) return waiting.settle({ kind: "accepted", providerId: id });
    waiting.settle({ kind: "refused", ...(ackErrors[error] ?? { final: false, code: `ack_${error}` }) });
  }

  /** The connection is over. */
  end(): void {
    for (const waiting of this.#waiting.values()) waiting.settle(failed(waiting, "connection_lost"));
  }

  async #start(id: string, message: OutgoingMessage, waiting: Waiting): Promise<void> {
    const { socket, upload } = this.#deps;
    const content = outgoingContent(message.content);
    if (content === null) return waiting.settle({ kind: "refused", final: true, code: "unsupported" });
    const jid = jidOf(message.to);
    const devices = await socket.getUSyncDevices([jid], true, false);
    if (devices.length === 0) return waiting.settle(await this.#whyNoDevices(jid));
    waiting.mayHaveLeft = true;
    const quoted = message.quoted === null ? {} : { quoted: quotedMessage(jid, message.quoted) };
    await socket.sendMessage(jid, content, { messageId: id, upload, ...quoted } as never);
  }

  /** The library answers a query that timed out like one that found nothing. */
  async #whyNoDevices(jid: string): Promise<SendResult> {
    const found = jid.endsWith("@lid") ? undefined : await this.#deps.socket.onWhatsApp(jid);
    const isNobody = found !== undefined && !found.some(({ exists }) => exists);
    return { kind: "refused", final: isNobody, code: isNobody ? "not_on_whatsapp" : "no_devices" };
  }
}

const failed = ({ mayHaveLeft }: Pick<Waiting, "mayHaveLeft">, code: string): SendResult =>
  mayHaveLeft ? { kind: "unknown", repeatable: true, code } : { kind: "refused", final: false, code };
