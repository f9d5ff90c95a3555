import { rename, rm } from "node:fs/promises";
import { AppError } from "../base/errors.ts";
import { retryAfterSeconds } from "../base/retry-after.ts";
import { limits } from "../limits.ts";
import type { TwilioMessaging } from "../whatsapp/twilio/messaging.ts";
import { type Answer, codeOf, exchange, isSuccess, objectIn, type TwilioAccess } from "./exchange.ts";

const answerBytesMax = 256 * 1024;
// What fails before a request has left, by the names of the runtime's errors.
const neverLeft = /ConnectionRefused|FailedToOpenSocket|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|DNS|CERT/i;

/** Twilio's Messages resource. Source: Twilio documentation, "Messages resource", "Media subresource". */
export function createTwilioMessaging(access: TwilioAccess): TwilioMessaging {
  const timeoutMs = limits.providerRequestMs;
  return {
    hasAccount: access.accountSid !== null && access.authToken !== null,
    async create(form) {
      const path = "Messages.json";
      const wanted = { method: "POST", path, form, timeoutMs, bytesMax: answerBytesMax, tries: 1 } as const;
      const answer = await exchange(access, wanted).catch((error: unknown) => error);
      if (answer instanceof Error)
        return didItLeave(answer) ? unclear("no_answer") : { kind: "refused", status: 0, code: 0 };
      const { status } = answer as Answer;
      const { sid } = objectIn(answer as Answer);
      if (isSuccess(status)) return typeof sid === "string" ? { kind: "created", sid } : unclear("no_sid");
      if (status >= 500) return unclear(`http_${status}`);
      const seconds = retryAfterSeconds((answer as Answer).retryAfter, access.clock.instant());
      const later = seconds === null ? {} : { retryAfterMs: 1_000 * seconds };
      return { kind: "refused", status, code: codeOf(answer as Answer), ...later };
    },
    async find({ from, to, body, since }) {
      const query = new URLSearchParams({ From: from, To: to, PageSize: "50" });
      const path = `Messages.json?${query}`;
      const answer = await exchange(access, { method: "GET", path, timeoutMs, bytesMax: limits.providerAnswerBytes });
      if (!isSuccess(answer.status))
        throw new AppError("upstream", "Twilio does not list messages", { context: { status: answer.status } });
      const { messages } = objectIn(answer);
      const listed = Array.isArray(messages) ? (messages as Record<string, unknown>[]) : [];
      const found = listed.find((each) => (body === null || each.body === body) && isSince(each.date_created, since));
      return typeof found?.sid === "string" ? found.sid : null;
    },
    async fetchMedia(ref, { file, bytesMax }) {
      if (!/^Messages\/(?:SM|MM)[0-9a-f]{32}\/Media\/ME[0-9a-f]{32}$/i.test(ref))
        throw new AppError("not_found", "the message names no file of ours");
      const answer = await exchange(access, { method: "GET", path: ref, timeoutMs, bytesMax });
      if (answer.status === 404) throw new AppError("not_found", "the file is gone");
      if (!isSuccess(answer.status))
        throw new AppError("unavailable", "Twilio does not give the file", { context: { status: answer.status } });
      await writeWhole(file, answer.body);
      return { bytes: answer.body.length };
    },
  };
}

const unclear = (code: string) => ({ kind: "unclear" as const, code });

const didItLeave = (error: Error): boolean => {
  if (error instanceof AppError && error.code === "unavailable") return false; // no account
  const cause = error.cause as { code?: unknown; message?: unknown } | undefined;
  return !neverLeft.test(`${cause?.code} ${cause?.message}`);
};

/** Twilio writes moments in whole seconds. */
function isSince(rfc2822: unknown, since: Temporal.Instant): boolean {
  const ms = typeof rfc2822 === "string" ? Date.parse(rfc2822) : Number.NaN;
  return ms >= since.epochMilliseconds - 1_000;
}

async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  const half = `${file}.half`;
  try {
    await Bun.write(half, content, { mode: 0o600 });
    await rename(half, file);
  } finally {
    await rm(half, { force: true });
  }
}
