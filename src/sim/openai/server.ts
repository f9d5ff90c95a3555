import type { ServerWebSocket } from "bun";
import { errorResponse } from "./error-response.ts";
import type { Model } from "./model.ts";
import { answerRest, type RestCall } from "./rest.ts";
import { RealtimeSession } from "./session.ts";

/** A fake of OpenAI's API on a loopback port. */
export interface ModelServer {
  /** What OPENAI_BASE_URL is set to. */
  readonly baseUrl: string;
  readonly admin: ModelAdmin;
  stop(): Promise<void>;
}

/** The tests' window into the fake; never reachable over the network. */
export interface ModelAdmin {
  readonly model: Model;
  /** Every session that was opened, oldest first (the newest 2,000). */
  readonly sessions: readonly RealtimeSession[];
  readonly live: readonly RealtimeSession[];
  /** Status of every refused upgrade. */
  readonly refusals: readonly number[];
  readonly restCalls: readonly RestCall[];
  /** Called when a session has opened. */
  onSession: ((session: RealtimeSession) => void) | null;
}

interface SocketData {
  modelName: string;
  session: RealtimeSession | null;
}

const sessionsKept = 2_000;

/** Serves `/v1/realtime` (WebSocket) and the REST endpoints the product uses. */
export function serveModel(model: Model): ModelServer {
  const sessions: RealtimeSession[] = [];
  const refusals: number[] = [];
  const restCalls: RestCall[] = [];
  const admin: ModelAdmin = {
    model,
    sessions,
    get live() {
      return sessions.filter((session) => !session.closed);
    },
    refusals,
    restCalls,
    onSession: null,
  };
  const server = Bun.serve<SocketData>({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    async fetch(request, server) {
      const url = new URL(request.url);
      if (url.pathname !== "/v1/realtime") return answerRest(model, request, (call) => restCalls.push(call));
      const refused = await refuseUpgrade(model, request, url);
      if (refused !== null) {
        refusals.push(refused.status);
        return refused;
      }
      const data = { modelName: url.searchParams.get("model")!, session: null };
      return server.upgrade(request, { data }) ? undefined : new Response("expected a WebSocket", { status: 426 });
    },
    websocket: {
      maxPayloadLength: 16 * 1024 * 1024, // 15 MiB of audio per append is allowed
      perMessageDeflate: false,
      idleTimeout: 120,
      open(socket: ServerWebSocket<SocketData>) {
        const session = new RealtimeSession({
          id: `sess_${Bun.randomUUIDv7().replaceAll("-", "").slice(6, 26)}`,
          model,
          modelName: socket.data.modelName,
          socket: { send: (text) => void socket.send(text), close: (code, reason) => socket.close(code, reason) },
        });
        socket.data.session = session;
        sessions.push(session);
        if (sessions.length > sessionsKept) sessions.shift();
        admin.onSession?.(session);
      },
      message(socket: ServerWebSocket<SocketData>, message) {
        if (typeof message === "string") socket.data.session?.receive(message);
        else
          socket.data.session?.fail({ code: "invalid_json", message: "binary frames are not accepted", param: null });
      },
      close(socket: ServerWebSocket<SocketData>) {
        socket.data.session?.close();
      },
    },
  });
  return { baseUrl: `http://127.0.0.1:${server.port}/v1`, admin, stop: () => server.stop(true) };
}

/** The answer to an upgrade that is not allowed; null when it is. */
async function refuseUpgrade(model: Model, request: Request, url: URL): Promise<Response | null> {
  if (model.faults.hangUpgrade) await new Promise(() => {});
  if (model.tempo.connectMs > 0)
    await new Promise<void>((resolve) => model.clock.after(model.tempo.connectMs, resolve));
  if (model.faults.refuseUpgrade !== null) return errorResponse(model.faults.refuseUpgrade);
  if (request.headers.get("authorization") !== `Bearer ${model.apiKey}`) return errorResponse(401);
  return url.searchParams.get("model") ? null : errorResponse(400);
}
