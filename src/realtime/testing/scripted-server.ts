import { assert } from "../../base/assert.ts";

/** A client event as the server got it. */
export interface Received {
  type: string;
  [field: string]: unknown;
}

/** One connection of the client. Tests await what the client does, and emit what the server would. */
export class ScriptedConnection {
  readonly headers: Headers;
  readonly url: URL;
  /** Resolves when the socket is gone, with its close code. */
  readonly closed: Promise<number>;
  readonly #socket: () => Bun.ServerWebSocket<unknown> | null;
  readonly #inbox: Received[] = [];
  readonly #waiting: ((event: Received) => void)[] = [];
  /** Audio frames are counted apart: they come at any time and would drown the script. */
  readonly audio: string[] = [];
  #audioWaiting: { count: number; resolve(): void } | null = null;
  resolveClosed: (code: number) => void = () => {};

  constructor(request: Request, socket: () => Bun.ServerWebSocket<unknown> | null) {
    this.headers = request.headers;
    this.url = new URL(request.url);
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
  }

  take(text: string): void {
    const event = JSON.parse(text) as Received;
    if (event.type === "input_audio_buffer.append") {
      this.audio.push(String(event.audio));
      if (this.#audioWaiting !== null && this.audio.length >= this.#audioWaiting.count) this.#audioWaiting.resolve();
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#inbox.push(event);
    else waiting(event);
  }

  /** The next client event, which must be of this type. */
  async expect(type: string): Promise<Received> {
    const event = this.#inbox.shift() ?? (await new Promise<Received>((resolve) => this.#waiting.push(resolve)));
    assert(event.type === type, `expected ${type}, got ${JSON.stringify(event)}`);
    return event;
  }

  /** Resolves when `count` audio frames have come in all. */
  async expectAudio(count: number): Promise<readonly string[]> {
    if (this.audio.length < count)
      await new Promise<void>((resolve) => {
        this.#audioWaiting = { count, resolve };
      });
    return this.audio;
  }

  emit(...events: Record<string, unknown>[]): void {
    for (const event of events) this.emitText(JSON.stringify(event));
  }

  emitText(text: string): void {
    this.#socket()?.send(text);
  }

  /** Closes as the provider does, or cuts the line. */
  close(code = 1000): void {
    this.#socket()?.close(code);
  }

  cut(): void {
    this.#socket()?.terminate();
  }

  /** Answers `session.update` so that the session is open. */
  async configure(expiresAtSeconds?: number): Promise<Received> {
    this.emit({ type: "session.created", session: { type: "realtime", expires_at: expiresAtSeconds } });
    const update = await this.expect("session.update");
    this.emit({ type: "session.updated", session: update.session });
    return update;
  }

  /** Nothing came that the script did not ask for. */
  assertDrained(): void {
    assert(this.#inbox.length === 0, `not expected: ${JSON.stringify(this.#inbox)}`);
  }
}

/** A Realtime server that does nothing by itself. It speaks the provider's paths and none of our code. */
export class ScriptedServer implements Disposable {
  readonly #server: Bun.Server<{ connection: ScriptedConnection }>;
  readonly #connections: ScriptedConnection[] = [];
  readonly #waiting: ((connection: ScriptedConnection) => void)[] = [];
  /** HTTP statuses for the next upgrades, instead of a socket. */
  refuseWith: number[] = [];
  refused = 0;
  #refusalAwaited: (() => void)[] = [];

  constructor() {
    const sockets = new WeakMap<ScriptedConnection, Bun.ServerWebSocket<{ connection: ScriptedConnection }>>();
    this.#server = Bun.serve<{ connection: ScriptedConnection }>({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request, server) => {
        const status = this.refuseWith.shift();
        if (status !== undefined) {
          this.refused++;
          for (const resolve of this.#refusalAwaited.splice(0)) resolve();
          return new Response("refused", { status });
        }
        const connection: ScriptedConnection = new ScriptedConnection(request, () => sockets.get(connection) ?? null);
        return server.upgrade(request, { data: { connection } }) ? undefined : new Response("no", { status: 400 });
      },
      websocket: {
        open: (socket) => {
          sockets.set(socket.data.connection, socket);
          const waiting = this.#waiting.shift();
          if (waiting === undefined) this.#connections.push(socket.data.connection);
          else waiting(socket.data.connection);
        },
        message: (socket, message) => socket.data.connection.take(String(message)),
        close: (socket, code) => socket.data.connection.resolveClosed(code),
      },
    });
  }

  /** Base URL as the configuration would name it. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.#server.port}/v1`;
  }

  async connection(): Promise<ScriptedConnection> {
    return this.#connections.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  nextRefusal(): Promise<void> {
    return new Promise((resolve) => this.#refusalAwaited.push(resolve));
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }
}
