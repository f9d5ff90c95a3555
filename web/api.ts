import { effect, signal } from "@preact/signals";
import { hc } from "hono/client";
import type { Api } from "../src/api-types.ts";
import { loggedInAgain, pageOf } from "./session-end.ts";

/** As the server says it (src/base/errors.ts). */
export interface FieldProblem {
  path: string;
  code: string;
  limit?: number;
  origin?: string;
}

/** What the server (or the lack of it) answered instead of what was asked for. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    /** `offline` = nothing was done, `unknown` = the answer to a change was lost, or the server's code: `invalid`, `not_found`, `taken` … (src/base/errors.ts). */
    readonly code: string,
    /** Fields at fault, for `invalid`. */
    readonly fields: readonly FieldProblem[] = [],
    readonly status = 0,
    /** The server's stable word for why, e.g. `confirm_password`. */
    readonly reason = "",
  ) {
    super(code);
  }
}

/** False from the first request or line that failed for want of a network until one succeeds. */
export const online = signal(navigator.onLine);
let losses = 0;
addEventListener("online", () => {
  online.value = true;
});
addEventListener("offline", () => {
  losses++;
  online.value = false;
});

// The line is tried again by itself, soon at first and then ever more slowly: nothing else may be asked for on a quiet page.
const probeMs = { first: 1_000, max: 30_000, answer: 5_000 };

effect(() => {
  if (online.value) return;
  let over = false;
  let timer: ReturnType<typeof setTimeout>;
  const tryAfter = (waitMs: number): void => {
    timer = setTimeout(async () => {
      const heard = await fetch("/health/live", {
        cache: "no-store",
        signal: AbortSignal.timeout(probeMs.answer),
      }).then(
        () => true,
        () => false,
      );
      if (over) return;
      if (heard) online.value = true;
      else tryAfter(Math.min(waitMs * 2, probeMs.max));
    }, waitMs);
  };
  tryAfter(probeMs.first);
  return () => {
    over = true;
    clearTimeout(timer);
  };
});

// What the product answers within; a phone on a bad line gets twice that.
const answerMs = 20_000;

/** Another tab has entered another business, or somebody else has logged in there: this page shows what is no longer theirs. */
const pageOfAnother = "page_of_another";

/** Nothing that waits may go on as somebody else. */
export async function loadedAnew(): Promise<never> {
  location.reload();
  return new Promise(() => {});
}

/** What the login page and the first look at `auth.me` say: a 401 is an answer there, and not the end of a session. */
const mayBeLoggedOut = "x-may-be-logged-out";

/**
 * The only `fetch` that asks the product for something (files go by upload.ts); every typed client goes through it. Changes
 * are refused at once while offline: nobody should believe that something was saved. What meets the end of the session waits
 * until its person has logged in again, and is asked for once more. @throws ApiError for everything but a good answer.
 */
async function call(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const method = init.method ?? "GET";
  if (method !== "GET" && !online.value) throw new ApiError("offline");
  const headers = new Headers(init.headers);
  const strangerAllowed = headers.has(mayBeLoggedOut);
  headers.delete(mayBeLoggedOut);
  headers.set("Accept", "application/json");
  if (method !== "GET") headers.set("X-CSRF-Token", csrfToken());
  if (pageOf.value !== null && !strangerAllowed) headers.set("X-Page-Of", pageOf.value);
  const timeout = AbortSignal.timeout(answerMs);
  const lossesBefore = losses;
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const response = await fetch(input, { ...init, headers, credentials: "same-origin", signal }).catch((error) => {
    if (init.signal?.aborted) throw error;
    online.value = false;
    // A refused connection and a lost answer look the same from here: a change may have been made.
    throw new ApiError(method === "GET" ? "offline" : "unknown");
  });
  if (losses === lossesBefore) online.value = true; // an answer from before the loss says nothing
  if (response.ok) return response;
  if (response.status === 401 && !strangerAllowed) {
    await loggedInAgain();
    return call(input, init);
  }
  throw await refusal(response);
}

/** The server's HTTP interface, typed from the server's own code: `await (await api.leads.$get({ query: {} })).json()`. */
export const { api } = hc<Api>(location.origin, { fetch: call as typeof fetch });

/** Options of a typed call that may be made without a login. */
export const asStranger = { headers: { [mayBeLoggedOut]: "1" } } as const;

/** What the server's refusal says. Does not come back when the page is another login's or business's: it begins anew. */
export async function refusal(response: Response): Promise<ApiError> {
  const answer = (await response.json().catch(() => null)) as {
    error?: { code?: string; message?: string; fields?: FieldProblem[] };
  } | null;
  if (answer?.error?.message === pageOfAnother) return loadedAnew();
  return new ApiError(
    answer?.error?.code ?? "upstream",
    answer?.error?.fields ?? [],
    response.status,
    answer?.error?.message,
  );
}

export const csrfToken = (): string => /(?:^|; )(?:__Host-|__Secure-)?csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";
