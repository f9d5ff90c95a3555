import { createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { newToken } from "./tokens.ts";

/**
 * The two cookies of a browser (S1). Behind https they are `__Host-` names with `SameSite=None; Secure`; on plain
 * http, where browsers drop such cookies, plain names with `SameSite=Lax`. Both forgery checks of K9 rest on the second
 * one: a token that only our own pages can read, made from the session's id with a secret that never leaves the server.
 */
export interface Cookies {
  /** Value of the session cookie; null without one. */
  readSession(c: Context): string | null;
  setSession(c: Context, token: string, expiresAt: Temporal.Instant): void;
  clearSession(c: Context): void;
  /** The forgery token of this session. */
  csrfOf(sessionToken: string): string;
  /** True when the request's header repeats its cookie and both are what this session, or a stranger's login page, was given. */
  hasCsrf(c: Context, sessionToken: string | null): boolean;
  /** True when the browser's two cookies belong together: this installation made them at some login, which may be over. */
  isIssued(c: Context, sessionToken: string): boolean;
  /** The token that a browser without a session has, made when it has none: logging in needs one as well. */
  strangerCsrf(c: Context): string;
}

export function createCookies(secret: string, isHttps: () => boolean): Cookies {
  const attributes = () => (isHttps() ? ({ secure: true, sameSite: "None" } as const) : ({ sameSite: "Lax" } as const));
  const named = (name: string) => (isHttps() ? `__Host-${name}` : name);
  const sign = (kind: string, value: string) =>
    createHmac("sha256", secret).update(`csrf ${kind} ${value}`).digest("base64url");
  const csrfOf = (token: string) => sign("session", token);
  const set = (c: Context, name: string, value: string, httpOnly: boolean, expires?: Date) =>
    setCookie(c, named(name), value, { path: "/", httpOnly, ...attributes(), ...(expires ? { expires } : {}) });
  const isStrangers = (token: string) => {
    const [nonce = "", mac = ""] = token.split(".");
    return equal(mac, sign("stranger", nonce));
  };
  return {
    readSession: (c) => getCookie(c, named("sid")) ?? null,
    setSession(c, token, expiresAt) {
      const expires = new Date(expiresAt.epochMilliseconds);
      set(c, "sid", token, true, expires);
      set(c, "csrf", csrfOf(token), false, expires);
    },
    clearSession(c) {
      const gone = new Date(0);
      set(c, "sid", "", true, gone);
      set(c, "csrf", "", false, gone);
    },
    csrfOf,
    hasCsrf(c, sessionToken) {
      const header = c.req.header("x-csrf-token") ?? "";
      if (!equal(header, getCookie(c, named("csrf")) ?? "")) return false;
      return sessionToken === null ? isStrangers(header) : equal(header, csrfOf(sessionToken));
    },
    isIssued: (c, sessionToken) => equal(getCookie(c, named("csrf")) ?? "", csrfOf(sessionToken)),
    strangerCsrf(c) {
      const known = getCookie(c, named("csrf")) ?? "";
      if (isStrangers(known)) return known;
      const nonce = newToken();
      const token = `${nonce}.${sign("stranger", nonce)}`;
      set(c, "csrf", token, false);
      return token;
    },
  };
}

/** In constant time; an empty text equals nothing. */
function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length > 0 && left.length === right.length && timingSafeEqual(left, right);
}
