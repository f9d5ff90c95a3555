import type { Context, MiddlewareHandler } from "hono";
import { clientAddress } from "../api/client-address.ts";
import type { Access, ApiEnv } from "../api/env.ts";
import type { Cookies } from "../auth/cookies.ts";
import type { Sessions } from "../auth/session-cache.ts";
import { AppError } from "../base/errors.ts";
import type { RequestRate } from "../base/request-rate.ts";
import { Callers } from "./callers.ts";
import { isOwnOrigin } from "./origin.ts";

/** What an API key stands for; null when it is unknown or revoked. */
export type VerifyApiKey = (key: string) => Promise<Access | null>;

export interface GuardDeps {
  sessions: Sessions;
  cookies: Cookies;
  verifyApiKey: VerifyApiKey;
  /** Where browsers reach us, as configured or as we listen. */
  publicBaseUrl: () => string;
  rate: RequestRate;
}

const unsafe = new Set(["POST", "PUT", "PATCH", "DELETE"]);
// What a form on a foreign page can send without asking first (K9). Files come as their own type.
const formTypes = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/**
 * Settles who asks before any route of `/api/` runs: a key in `Authorization` or the session of the cookie, from it the
 * person, from that the tenant; then whether the browser's own page meant it. Routes ask for what they need by `route`.
 * @throws AppError "rate_limited" before anything is read, "unauthenticated" for a bad key and a change under a session that
 * has ended, "forbidden" for a request that
 * a foreign page may have sent.
 */
export function guard(deps: GuardDeps): MiddlewareHandler<ApiEnv> {
  const callers = new Callers(deps.rate);
  return async (c, next) => {
    const address = clientAddress(c);
    const key = bearerOf(c);
    if (key !== null) await admitKey(deps, c, key, callers.count({ credential: key, isOurs: () => false, address }));
    else {
      const token = deps.cookies.readSession(c);
      const isOurs = () => token !== null && deps.cookies.isIssued(c, token);
      // Or any page could use up the minute of whoever looks at it.
      const credential = isOfForeignPage(c) ? null : token;
      await admitBrowser(deps, c, token, callers.count({ credential, isOurs, address }));
    }
    await next();
  };
}

function bearerOf(c: Context): string | null {
  const header = c.req.header("authorization");
  return header === undefined ? null : (/^Bearer ([\w.~+/=-]{1,200})$/.exec(header)?.[1] ?? "");
}

type OnRead = (access: Access | null) => void;

async function admitKey({ verifyApiKey }: GuardDeps, c: Context<ApiEnv>, key: string, onRead: OnRead): Promise<void> {
  const access = await verifyApiKey(key);
  onRead(access);
  if (!access) throw new AppError("unauthenticated", "unknown API key", { public: "bad_api_key" });
  if (access.readOnly && unsafe.has(c.req.method))
    throw new AppError("forbidden", "a key that may only read", { public: "read_only_key" });
  c.set("access", access);
}

async function admitBrowser(
  { sessions, cookies, publicBaseUrl }: GuardDeps,
  c: Context<ApiEnv>,
  token: string | null,
  onRead: OnRead,
): Promise<void> {
  const loggedIn = token === null ? null : await sessions.read(token);
  onRead(loggedIn?.access ?? null);
  if (loggedIn) {
    c.set("access", loggedIn.access);
    c.set("session", loggedIn.session);
  }
  if (loggedIn && isOfForeignPage(c)) throw foreignPage();
  if (!unsafe.has(c.req.method)) return;
  // Our own page, whose session has ended since: that is no refusal, it asks its person to log in again.
  if (!loggedIn && token !== null && cookies.hasCsrf(c, token))
    throw new AppError("unauthenticated", "the session has ended");
  assertMeant(c, cookies, loggedIn ? token : null, publicBaseUrl());
}

const foreignPage = (): AppError => new AppError("forbidden", "sent by a foreign page", { public: "foreign_origin" });

/**
 * Reading leaves traces too (audit rows, exports, open streams), and a foreign page's `<img>`, frame or `EventSource`
 * brings the cookie along. Whoever follows a link in a tab of their own means it.
 */
function isOfForeignPage(c: Context): boolean {
  if (c.req.header("sec-fetch-site") !== "cross-site") return false;
  const isTab = (c.req.header("sec-fetch-dest") ?? "document") === "document";
  return c.req.header("sec-fetch-mode") !== "navigate" || !isTab;
}

/** SameSite=None sends the cookie with every page's requests: only our own page has the token, and the browser says whose page it is. */
function assertMeant(c: Context, cookies: Cookies, sessionToken: string | null, publicBaseUrl: string): void {
  const isOurs = isOwnOrigin(c.req.header("origin"), c.req.header("sec-fetch-site"), publicBaseUrl);
  if (!isOurs) throw foreignPage();
  if (!cookies.hasCsrf(c, sessionToken)) throw new AppError("forbidden", "no good CSRF token", { public: "csrf" });
  if (formTypes.test(c.req.header("content-type") ?? ""))
    throw new AppError("invalid", "forms are not taken", {
      public: "send application/json",
      fields: [{ path: "", code: "media_type" }],
    });
}
