import { systemClock } from "../../base/clock.ts";
import type { WebhookRecord } from "../../sim/twilio/account.ts";
import { incomingForm } from "../../sim/twilio/forms.ts";
import { signRequest } from "../../sim/twilio/signature.ts";
import { createWebhookClient } from "../../sim/twilio/webhook-client.ts";
import type { Stage } from "./stage.ts";

type Form = Readonly<Record<string, string>>;

/** What an incoming call says of itself, with a CallSid of its own unless `fields` name one. */
export const ringing = ({ world }: Stage, fields: Form = {}): Record<string, string> => ({
  ...incomingForm({
    AccountSid: world.account.sid,
    ApiVersion: "2010-04-01",
    CallSid: world.account.newSid("CA"),
    CallStatus: "ringing",
    Direction: "inbound",
    From: "+972501112233",
    To: "+97235550100",
  }),
  ...fields,
});

/** POSTs as Twilio does: signed over the public address. */
export const signedPost = (stage: Stage, path: string, form: Form): Promise<WebhookRecord> =>
  createWebhookClient(stage.world.account, systemClock, (url) => url.replace(stage.url, stage.listensAt)).post(
    `${stage.url}${path}`,
    form,
  );

/** POSTs a body as anybody can. */
export const rawPost = async (stage: Stage, path: string, body: string, signature: string | null): Promise<Response> =>
  fetch(`${stage.listensAt}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(signature === null ? {} : { "x-twilio-signature": signature }),
    },
    body,
  });

/** The one-time token in a TwiML that connects a stream; null when it connects none. */
export const tokenIn = (twiml: string): string | null => /name="token" value="([^"]+)"/.exec(twiml)?.[1] ?? null;

export interface RawSocket {
  send(data: string | Uint8Array): void;
  /** Close code and how long the socket was open, ms; 1002 with 0 ms when the upgrade was refused. */
  readonly closed: Promise<{ code: number; afterMs: number }>;
  /** Everything that came. */
  readonly received: string[];
  close(): void;
}

/** A media socket with Twilio's signature and nothing else. */
export function openMediaSocket(stage: Stage, signature?: string): Promise<RawSocket> {
  const url = `${stage.url.replace(/^http/, "ws")}/ws/twilio-media`;
  const headers = { "x-twilio-signature": signature ?? signRequest(stage.world.account.authToken, url) };
  return openSocket(stage, "/ws/twilio-media", headers);
}

/** The socket of a test call, as a page of `origin` opens it; default: of the panel. */
export const openTestCallSocket = (stage: Stage, origin = stage.url): Promise<RawSocket> =>
  openSocket(stage, "/ws/test-call", { origin });

async function openSocket(stage: Stage, path: string, headers: Record<string, string>): Promise<RawSocket> {
  const socket = new WebSocket(`${stage.listensAt.replace(/^http/, "ws")}${path}`, { headers } as unknown as string[]);
  const received: string[] = [];
  const closed = Promise.withResolvers<{ code: number; afterMs: number }>();
  const opened = Promise.withResolvers<void>();
  let openedMs: number | null = null;
  socket.onopen = () => {
    openedMs = performance.now();
    opened.resolve();
  };
  socket.onmessage = ({ data }) => void received.push(String(data));
  socket.onclose = ({ code }) => {
    closed.resolve({ code, afterMs: openedMs === null ? 0 : performance.now() - openedMs });
    opened.resolve();
  };
  await opened.promise;
  return {
    send: (data) => socket.send(data as string),
    closed: closed.promise,
    received,
    close: () => socket.close(1000),
  };
}

/** The `start` message of a stream. */
export const startMessage = ({ world }: Stage, callSid: string, customParameters: Record<string, unknown>): string => {
  const streamSid = world.account.newSid("MZ");
  return JSON.stringify({
    event: "start",
    sequenceNumber: "1",
    streamSid,
    start: {
      accountSid: world.account.sid,
      streamSid,
      callSid,
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 },
      customParameters,
    },
  });
};
