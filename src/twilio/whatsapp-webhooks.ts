import { type Context, type Handler, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import type { IncomingMessage, Receipt } from "../whatsapp/provider.ts";
import { readIncoming, readStatus, senderOfStatus } from "../whatsapp/twilio/incoming.ts";
import { RefusalLog } from "./refusal-log.ts";
import type { SignatureGate, WebhookForm } from "./signature.ts";
import { Spool } from "./spool.ts";

export interface WhatsAppWebhookDeps {
  gate: SignatureGate;
  /** Where acknowledged webhooks wait for the database, absolute. */
  spoolFolder: string;
  /** Stores a message that came to this sender. @throws when it has to be offered again. */
  receive(to: string, message: IncomingMessage): Promise<void>;
  /** Notes what became of a message that this sender sent. @throws as `receive`. */
  report(from: string, receipt: Receipt): Promise<void>;
  clock: Clock;
  log: Log;
}

/** What a webhook said, as it is kept until it is stored. */
interface Entry {
  kind: "incoming" | "status";
  form: [string, string][];
  messageId: string | null;
  at: string;
}

export interface WhatsAppWebhooks {
  routes: Hono;
  start(): void;
  stop(): Promise<void>;
}

/**
 * Twilio's WhatsApp callbacks: signed, answered within `limits.webhookDatabaseMs` and a write to the disk, never lost once
 * acknowledged. Twilio does not repeat a messaging webhook that got an error, so a slow database is no reason for one: the
 * webhook is put on the disk and stored from there. Only when that fails as well is the answer 503 (its fallback address).
 */
export function createWhatsAppWebhooks(deps: WhatsAppWebhookDeps): WhatsAppWebhooks {
  const { gate, clock, log, spoolFolder } = deps;
  const refusals = new RefusalLog(clock, log);
  const take = (entry: Entry) => takeEntry(deps, entry);
  const spool = new Spool<Entry>({ folder: spoolFolder, take, laneOf, clock, log });
  const patience = new Patience(clock);

  const acknowledge =
    (kind: Entry["kind"], status: 200 | 204): Handler =>
    async (c) => {
      const form = gate.readForm(c.req.url, c.req.header("x-twilio-signature") ?? null, await c.req.text());
      if (form === null) {
        refusals.note(c.req.path);
        return c.text("forbidden", 403);
      }
      const entry = entryOf(kind, form, c, clock.instant());
      const kept = (await patience.done(() => take(entry))) || (await keep(entry));
      if (!kept) return c.text("not now", 503);
      return status === 204
        ? c.body(null, 204)
        : c.body("<Response/>", 200, { "content-type": "text/xml; charset=utf-8" });
    };

  const keep = (entry: Entry): Promise<boolean> =>
    spool.put(entry).then(
      () => true,
      (error: unknown) => {
        log.error("WA-ERROR", "a webhook could not be kept", { kind: entry.kind, error: describeError(error) });
        return false;
      },
    );

  const routes = new Hono();
  routes.use("/webhook/whatsapp/*", bodyLimit({ maxSize: limits.whatsappWebhookBodyBytes }));
  routes.post("/webhook/whatsapp/incoming", acknowledge("incoming", 200));
  routes.post("/webhook/whatsapp/status", acknowledge("status", 204));
  return { routes, start: () => spool.start(), stop: () => spool.stop() };
}

const uuid = z.uuid();

function entryOf(kind: Entry["kind"], form: WebhookForm, c: Context, now: Temporal.Instant): Entry {
  const messageId = uuid.safeParse(c.req.query("message"));
  return { kind, form: [...form], messageId: messageId.success ? messageId.data : null, at: now.toString() };
}

/** What was said between two numbers stays in its order, and so do the reports on a message. */
function laneOf({ kind, form }: Entry): string {
  const { From, To, MessageSid } = Object.fromEntries(form);
  return kind === "incoming" ? `${From} ${To}` : `${MessageSid}`;
}

// So many that the database has kept waiting say that it stands still: more of them would only wait before others.
const lateMax = 3;

/** How long a webhook waits for what it asks of the database: a moment, and not at all while others wait in vain. */
class Patience {
  readonly #clock: Clock;
  #late = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when it was done in time. Late work goes on; doing it again changes nothing. */
  async done(work: () => Promise<void>): Promise<boolean> {
    if (this.#late >= lateMax) return false;
    const tooLate = Promise.withResolvers<boolean>();
    let isLate = false;
    const timer = this.#clock.after(limits.webhookDatabaseMs, () => {
      isLate = true;
      this.#late++;
      tooLate.resolve(false);
    });
    const ended = (isDone: boolean) => {
      timer.cancel();
      if (isLate) this.#late--;
      return isDone;
    };
    const done = work().then(
      () => ended(true),
      () => ended(false),
    );
    return Promise.race([done, tooLate.promise]);
  }
}

/** What cannot be understood is logged and done with: it would not be better the next time. */
async function takeEntry({ receive, report, log }: WhatsAppWebhookDeps, entry: Entry): Promise<void> {
  const form = new Map(entry.form);
  const at = Temporal.Instant.from(entry.at);
  if (entry.kind === "incoming") {
    const read = readIncoming(form, at);
    if (read === null)
      return log.warn("WA-ERROR", "an incoming webhook names no message", { message: form.get("MessageSid") });
    for (const message of read.messages) await receive(read.to, message);
    return;
  }
  const receipt = readStatus(form, entry.messageId, at);
  const from = senderOfStatus(form);
  if (receipt !== null && from !== null) await report(from, receipt);
}
