import type { MiddlewareHandler } from "hono";

// An answer of the API is data: opened as a page it runs nothing, loads nothing and is shown in no frame (K13, K15).
const dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/** On every answer: no guessing of types, no address told to others, nothing of ours in their pages; over https nothing but https from then on. */
export function securityHeaders(publicBaseUrl: () => string): MiddlewareHandler {
  return async (c, next) => {
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "same-origin");
    if (publicBaseUrl().startsWith("https:")) c.header("Strict-Transport-Security", "max-age=31536000");
    if (!c.req.path.startsWith("/audio/")) c.header("Cross-Origin-Resource-Policy", "same-origin"); // audio is for the provider
    if (c.req.path.startsWith("/api/")) c.header("Content-Security-Policy", dataPolicy);
    await next();
  };
}
