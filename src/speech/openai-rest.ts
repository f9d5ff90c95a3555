import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { readBounded } from "../base/read-bounded.ts";
import type { Config } from "../config.ts";
import { limits } from "../limits.ts";

export type RestSettings = Pick<Config["openai"], "apiKey" | "baseUrl">;

export interface OpenAiRestDeps {
  clock: Clock;
  settings: RestSettings;
  /** How often a request that may succeed later is sent again. Default 1. */
  retries?: number;
}

export interface RestRequest {
  /** For errors: "chat". */
  what: string;
  /** Below the base address: "/chat/completions". */
  path: string;
  /** A form is sent as one, anything else as JSON. */
  body: FormData | object;
  /** All tries together, ms. */
  timeoutMs: number;
  /** The asker's own end. */
  signal: AbortSignal | undefined;
}

// Between two tries: as the provider asks, if it asks for no more than somebody who writes or has just rung off can wait.
const retryMs = 500;
const retryMaxMs = 8_000;

/**
 * OpenAI over HTTP (platform.openai.com/docs/api-reference). The official package does the same for these two requests and
 * holds 16 MB of memory for it, a tenth of what a hundred calls may take; of it only the types are used.
 */
export class OpenAiRest {
  readonly #deps: OpenAiRestDeps;

  constructor(deps: OpenAiRestDeps) {
    this.#deps = deps;
  }

  /**
   * One request and what `read` makes of its JSON answer, within `timeoutMs`. A throw in `read` means an answer of another
   * shape than promised.
   * @throws AppError "unavailable" when trying later may help, "upstream" when it will not.
   */
  async post<T>(request: RestRequest, read: (answer: unknown) => T): Promise<T> {
    const { apiKey } = this.#deps.settings;
    const { what, timeoutMs, signal } = request;
    if (apiKey === null) throw new AppError("upstream", `${what}: no OpenAI key is configured`);
    const timeout = new AbortController();
    const timer = this.#deps.clock.after(timeoutMs, () => timeout.abort());
    const either = signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]);
    try {
      return read(await this.#persist(request, apiKey, either));
    } catch (thrown) {
      if (timeout.signal.aborted) throw new AppError("unavailable", `${what}: timed out`);
      if (either.aborted) throw new AppError("unavailable", `${what}: aborted`);
      if (thrown instanceof AppError) throw thrown;
      throw new AppError("unavailable", `${what} failed`, { cause: thrown });
    } finally {
      timer.cancel();
    }
  }

  async #persist(request: RestRequest, apiKey: string, signal: AbortSignal): Promise<unknown> {
    for (let left = this.#deps.retries ?? 1; ; left--) {
      const answer = await this.#tryOnce(request, apiKey, signal);
      if (!(answer instanceof Refusal)) return answer;
      if (left === 0 || !answer.comesBack) throw answer.error(request.what);
      await this.#pause(answer.retryAfterMs, signal);
    }
  }

  async #tryOnce({ path, body }: RestRequest, apiKey: string, signal: AbortSignal): Promise<unknown> {
    const isForm = body instanceof FormData;
    const headers = new Headers({ authorization: `Bearer ${apiKey}`, accept: "application/json" });
    if (!isForm) headers.set("content-type", "application/json");
    try {
      const response = await fetch(`${this.#deps.settings.baseUrl}${path}`, {
        method: "POST",
        headers,
        body: isForm ? body : JSON.stringify(body),
        signal,
      });
      const text = (await readBounded(response, limits.providerAnswerBytes)).toString("utf8");
      return response.ok ? JSON.parse(text) : new Refusal(response, text);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      return new Refusal(null, "", thrown);
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#deps.clock.after(ms, () => resolve());
      signal.addEventListener("abort", () => {
        timer.cancel();
        reject(signal.reason);
      });
    });
  }
}

/** No answer: an error status, or (without a response) a connection refused, reset, cut in the middle, or not JSON. */
class Refusal {
  readonly #response: Response | null;
  readonly #code: string | null;
  readonly #cause: unknown;

  constructor(response: Response | null, body: string, cause: unknown = null) {
    this.#response = response;
    this.#code = codeIn(body);
    this.#cause = cause;
  }

  /** A later try may not meet it again; a quota that is used up is a 429 that stays. */
  get comesBack(): boolean {
    if (this.#code === "insufficient_quota" || this.#code === "billing_hard_limit_reached") return false;
    const status = this.#response?.status ?? 503;
    return status === 408 || status === 409 || status === 429 || status >= 500;
  }

  get retryAfterMs(): number {
    const seconds = Number(this.#response?.headers.get("retry-after") ?? Number.NaN);
    return seconds >= 0 ? Math.min(1_000 * seconds, retryMaxMs) : retryMs;
  }

  error(what: string): AppError {
    const context = {
      status: this.#response?.status ?? null,
      code: this.#code,
      request: this.#response?.headers.get("x-request-id") ?? null,
    };
    return new AppError(this.comesBack ? "unavailable" : "upstream", `${what} failed`, { cause: this.#cause, context });
  }
}

/** `{"error":{"code":…}}` */
function codeIn(body: string): string | null {
  try {
    const { code } = (JSON.parse(body) as { error: { code: unknown } }).error;
    return typeof code === "string" ? code : null;
  } catch {
    return null;
  }
}
