import type OpenAI from "openai";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Config } from "../config.ts";
import { limits } from "../limits.ts";

export type RestSettings = Pick<Config["openai"], "apiKey" | "baseUrl">;

export interface OpenAiRestDeps {
  clock: Clock;
  settings: RestSettings;
  /** How often the package tries again by itself on 408, 409, 429, 5xx and broken connections. Default 1. */
  retries?: number;
}

/** What a request gets: the package's client and a signal that ends it in time. */
type Exchange<T> = (client: OpenAI, options: { signal: AbortSignal }) => Promise<T>;

/** OpenAI over HTTP: the official package, loaded at the first request (16 MB), with bounds that it lacks. */
export class OpenAiRest {
  readonly #deps: OpenAiRestDeps;
  #client: Promise<OpenAI> | null = null;

  constructor(deps: OpenAiRestDeps) {
    this.#deps = deps;
  }

  /**
   * Runs one request within `timeoutMs`, body included.
   * @throws AppError "unavailable" when trying later may help, "upstream" when it will not.
   */
  async run<T>(what: string, timeoutMs: number, signal: AbortSignal | undefined, request: Exchange<T>): Promise<T> {
    const { apiKey } = this.#deps.settings;
    if (apiKey === null) throw new AppError("upstream", `${what}: no OpenAI key is configured`);
    const timeout = new AbortController();
    const timer = this.#deps.clock.after(timeoutMs, () => timeout.abort());
    const either = signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]);
    try {
      this.#client ??= this.#load(apiKey);
      const client = await this.#client;
      return await request(client, { signal: either });
    } catch (thrown) {
      throw restError(what, thrown, timeout.signal.aborted ? "timed out" : either.aborted ? "aborted" : null);
    } finally {
      timer.cancel();
    }
  }

  async #load(apiKey: string): Promise<OpenAI> {
    const { default: Client } = await import("openai");
    return new Client({
      apiKey,
      baseURL: this.#deps.settings.baseUrl,
      maxRetries: this.#deps.retries ?? 1,
      // Null, not absent: absent means that the package looks into the environment.
      organization: null,
      project: null,
      logLevel: "off",
      fetch: boundedFetch,
    });
  }
}

/** `fetch` whose answer's body ends in an error beyond `limits.providerAnswerBytes`. */
async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  let bytes = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > limits.providerAnswerBytes) controller.error(new Error("answer too large"));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(bound), { status, statusText, headers });
}

/** Statuses that a later try may not meet again; a quota that is used up is a 429 that stays. */
function comesBack(status: number, code: unknown): boolean {
  if (code === "insufficient_quota" || code === "billing_hard_limit_reached") return false;
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

function restError(what: string, thrown: unknown, ended: string | null): AppError {
  if (ended !== null) return new AppError("unavailable", `${what}: ${ended}`);
  if (thrown instanceof AppError) return thrown;
  const { status, code, requestID } = thrown as { status?: unknown; code?: unknown; requestID?: unknown };
  const context = {
    status: typeof status === "number" ? status : null,
    code: typeof code === "string" ? code : null,
    request: typeof requestID === "string" ? requestID : null,
  };
  // Without a status there was no whole answer: refused, reset, cut in the middle, not JSON.
  const kind = typeof status !== "number" || comesBack(status, code) ? "unavailable" : "upstream";
  return new AppError(kind, `${what} failed`, { cause: thrown, context });
}
