import type { Context } from "hono";
import { type IsProxy, peerAddress } from "../base/peer-address.ts";

/** What `http/server` hands to every request. */
interface ServerEnv {
  server?: { requestIP(request: Request): { address: string } | null };
  isProxy?: IsProxy;
}

/** Whom the request counts against; null when our proxy does not say. */
export function clientAddress(c: Context): string | null {
  const { server, isProxy } = (c.env ?? {}) as ServerEnv;
  return peerAddress(server?.requestIP(c.req.raw)?.address, c.req.header("x-forwarded-for") ?? null, isProxy);
}
