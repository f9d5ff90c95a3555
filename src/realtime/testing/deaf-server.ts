import { createServer, type Server, type Socket } from "node:net";

/** One unmasked text frame (RFC 6455, 5.2) of up to 65,535 bytes. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from(head), payload]);
}

export type Deafness =
  /** Takes the connection and never answers the upgrade. */
  | "no_upgrade"
  /** Opens a session, then reads everything and answers nothing, not even pings. */
  | "mute"
  /** Opens a session, then does not even read. */
  | "not_reading";

/** A server as seen through a broken network: raw TCP, because a real WebSocket server is too polite. */
export class DeafServer implements Disposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #deafness: Deafness;
  connections = 0;

  private constructor(deafness: Deafness) {
    this.#deafness = deafness;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(deafness: Deafness): Promise<DeafServer> {
    const deaf = new DeafServer(deafness);
    await new Promise<void>((resolve) => deaf.#server.listen(0, "127.0.0.1", resolve));
    return deaf;
  }

  get baseUrl(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/v1`;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    if (this.#deafness === "no_upgrade") return;
    socket.once("data", (request) => {
      const key = /sec-websocket-key: (.*)\r\n/i.exec(request.toString())?.[1] ?? "";
      const accept = new Bun.CryptoHasher("sha1")
        .update(`${key.trim()}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.write(textFrame('{"type":"session.created","session":{}}'));
      socket.write(textFrame('{"type":"session.updated","session":{}}'));
      if (this.#deafness === "not_reading") socket.pause();
      else socket.resume();
    });
  }
}
