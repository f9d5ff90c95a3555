import type { Server, WebSocketHandler } from "bun";
import type { Hono } from "hono";
import { describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { peerAddress, proxiesIn } from "../base/peer-address.ts";
import { limits } from "../limits.ts";

/** A socket endpoint that takes its requests before any route sees them. */
export interface SocketEndpoint<T> {
  handles(request: Request): boolean;
  /** `address` = whom it counts against. Undefined = upgraded; otherwise the refusal. */
  upgrade(request: Request, server: Server<T>, address: string | null): Response | undefined;
}

export interface HttpSettings<T> {
  host: string;
  /** 0 = any free port. */
  port: number;
  /** Addresses and networks of proxies that stand before our own. */
  trustedProxies: readonly string[];
  routes: Hono;
  sockets: readonly SocketEndpoint<T>[];
  /** What happens on every socket, whichever endpoint upgraded it. */
  websocket: WebSocketHandler<T>;
  log: Log;
}

// Idle connections of a proxy live longer than Bun's default of 10 s; a slow half request is cut all the same.
const idleSeconds = 30;

/** Starts listening: media sockets natively on Bun.serve (typed data, backpressure, no closures), all else through Hono. */
export function listen<T>(settings: HttpSettings<T>): Server<T> {
  const { host, port, routes, sockets, websocket, log } = settings;
  const isProxy = proxiesIn(settings.trustedProxies);
  const addressOf = (request: Request, server: Server<T>) =>
    peerAddress(server.requestIP(request)?.address, request.headers.get("x-forwarded-for"), isProxy);
  return Bun.serve<T>({
    hostname: host,
    port,
    idleTimeout: idleSeconds,
    development: false, // its page of an error shows paths, a stack and source to whoever asks
    maxRequestBodySize: limits.uploadBytes, // most are bounded further by http/body-size
    fetch(request, server) {
      for (const socket of sockets)
        if (socket.handles(request)) return socket.upgrade(request, server, addressOf(request, server));
      return routes.fetch(request, { server, isProxy });
    },
    // Past all routes: what broke while an answer was being sent.
    error(error) {
      log.error("HTTP", "an answer could not be sent", { error: describeError(error) });
      return Response.json({ error: { code: "bug", message: "unexpected" } }, { status: 500 });
    },
    websocket,
  });
}
