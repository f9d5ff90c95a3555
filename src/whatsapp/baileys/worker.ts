import { basename } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { AppError, describeError } from "../../base/errors.ts";
import { silenceConsole } from "../../base/silence-console.ts";
import type { OutgoingContent } from "../provider.ts";
import type { Answer, FromWorker, ToWorker } from "./protocol.ts";
import { Session } from "./session.ts";

/**
 * Entry of a thread that carries the sessions of one business, or of some. It knows a folder and an address per session,
 * nothing else: no database, no configuration, no other business.
 */
silenceConsole(); // before anything else: the library prints private keys

const scope = globalThis as unknown as {
  postMessage(line: FromWorker): void;
  onmessage: ((event: { data: ToWorker }) => void) | null;
};
const sessions = new Map<string, { epoch: number; session: Session }>();
const questions = new Map<number, { biz: string; answer(content: OutgoingContent | null): void }>();
let asked = 0;

const tell = (line: FromWorker): void => {
  if (line.type === "closed" && sessions.get(line.biz)?.epoch === line.epoch) sessions.delete(line.biz);
  scope.postMessage(line);
};

/** The library leaves rejected promises behind when a connection ends; anything else means a state not to be trusted. */
const isLeftover = (error: unknown): boolean =>
  typeof error === "number" || (error as { isBoom?: unknown } | null)?.isBoom === true;

function die(error: unknown): void {
  const fields = { error: describeError(error), stack: error instanceof Error ? (error.stack ?? null) : null };
  tell({ type: "log", biz: null, level: "error", prefix: "WA-ERROR", event: "a thread of sessions fails", fields });
  process.exit(1);
}

process.on("uncaughtException", die);
process.on("unhandledRejection", (error) => {
  if (!isLeftover(error)) die(error);
});

function open({ biz, epoch, dir, socketUrl, version }: Extract<ToWorker, { type: "open" }>): void {
  if (basename(dir) !== `business_${biz}`) {
    const closing = { kind: "unreadable", detail: "this folder is of another business" } as const;
    return tell({ type: "closed", biz, epoch, closing });
  }
  sessions.get(biz)?.session.abandon();
  const contentOf = (providerId: string) =>
    new Promise<OutgoingContent | null>((resolve) => {
      const ask = ++asked;
      questions.set(ask, { biz, answer: resolve });
      tell({ type: "wants", biz, epoch, ask, providerId });
    });
  const session = Session.open({ biz, epoch, dir, socketUrl, version, clock: systemClock, tell, contentOf });
  if (session !== null) sessions.set(biz, { epoch, session });
}

/** Runs what was asked and answers, whatever happens. */
function answer(biz: string, ask: number, work: Promise<Answer>): void {
  work
    .catch((error): Answer => {
      const code = error instanceof AppError ? (error.code as Extract<Answer, { kind: "failed" }>["code"]) : "upstream";
      return { kind: "failed", code, detail: describeError(error) };
    })
    .then((given) => tell({ type: "answer", biz, ask, answer: given }))
    .catch(die);
}

/** Only whose question it is may answer it. */
function answerQuestion({ biz, ask, content }: Extract<ToWorker, { type: "content" }>): void {
  const question = questions.get(ask);
  if (question?.biz !== biz) return;
  questions.delete(ask);
  question.answer(content);
}

const notConnected: Answer = { kind: "sent", result: { kind: "refused", final: false, code: "not_connected" } };

function pulse(): void {
  const pulses = [...sessions.values()].map(({ session }) => session.pulse);
  tell({ type: "pong", heapBytes: process.memoryUsage().heapUsed, sessions: pulses });
}

async function withSession(session: Session, line: ToWorker): Promise<Answer> {
  switch (line.type) {
    case "send":
      return { kind: "sent", result: await session.send(line.message) };
    case "download":
      return { kind: "downloaded", bytes: await session.download(line.ref, line.file, line.bytesMax) };
    case "code":
      return { kind: "code", code: await session.pairingCode(line.phone) };
    case "forget":
      session.forget(line.people);
      return { kind: "done" };
    case "unlink":
      await session.unlink();
      return { kind: "done" };
    default:
      return { kind: "done" };
  }
}

scope.onmessage = ({ data: line }) => {
  if (line.type === "ping") return pulse();
  if (line.type === "open") return open(line);
  const held = sessions.get(line.biz);
  if (line.type === "stored") return held?.session.stored(line.key);
  const session = held?.epoch === line.epoch ? held.session : null;
  switch (line.type) {
    case "close":
      return session?.close();
    case "typing":
      return session?.typing(line.to, line.on);
    case "read":
      return session?.read(line.from, line.providerIds);
    case "content":
      return answerQuestion(line);
    default: {
      const failed: Answer = { kind: "failed", code: "unavailable", detail: "not connected" };
      const refused = line.type === "send" ? notConnected : failed;
      return answer(line.biz, line.ask, session === null ? Promise.resolve(refused) : withSession(session, line));
    }
  }
};

tell({ type: "ready" });
