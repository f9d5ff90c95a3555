import type { MiddlewareHandler } from "hono";

// An answer of the API is data: opened as a page it runs nothing, loads nothing and is shown in no frame (K13, K15).
const dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/**
 * On every answer: no guessing of types, no address told to others, nothing of ours in their pages or in a browser's cache; over
 * https nothing but https from then on. Routes may say it otherwise. Set afterwards, as an answer that is no `c.body` loses what
 * `c.header` set before.
 */
export function securityHeaders(publicBaseUrl: () => string): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    const preset = (name: string, value: string) => void (headers.has(name) || headers.set(name, value));
    preset("X-Content-Type-Options", "nosniff");
    preset("Referrer-Policy", "same-origin");
    if (publicBaseUrl().startsWith("https:")) preset("Strict-Transport-Security", "max-age=31536000");
    if (!c.req.path.startsWith("/audio/")) preset("Cross-Origin-Resource-Policy", "same-origin"); // audio is for the provider
    if (!c.req.path.startsWith("/api/")) return;
    preset("Content-Security-Policy", dataPolicy);
    preset("Cache-Control", "no-store");
  };
}
