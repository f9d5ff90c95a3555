import { createConnection, createServer, type Socket } from "node:net";

/** What one direction of a link does to bytes. */
export interface Direction {
  /** "pass"; "stall": the sender's bytes are not read, so that its buffers fill; "drop": they are read and vanish. */
  mode: "pass" | "stall" | "drop";
  /** Every chunk arrives this much later, in order. */
  delayMs: number;
}

/** A TCP link between two parties that can go bad while they talk. */
export interface ChaosLink {
  readonly port: number;
  /** From whoever connects to whoever is connected to. */
  readonly up: Direction;
  readonly down: Direction;
  /** New connections: taken, refused with a reset, or taken and never carried on. */
  accept: "pass" | "refuse" | "blackhole";
  readonly connections: number;
  /** Puts changed modes into effect on connections that exist. */
  apply(): void;
  /** Cuts every connection with a reset. */
  reset(): void;
  /** Everything as it should be again. */
  heal(): void;
  stop(): Promise<void>;
}

/** Opens a link on a loopback port to another loopback port, or to a unix socket. */
export async function openLink(target: number | string): Promise<ChaosLink> {
  const pairs = new Set<{ near: Socket; far: Socket }>();
  const up: Direction = { mode: "pass", delayMs: 0 };
  const down: Direction = { mode: "pass", delayMs: 0 };
  const server = createServer((near) => {
    near.on("error", () => {});
    if (link.accept === "refuse") return void near.resetAndDestroy();
    if (link.accept === "blackhole") return;
    const far =
      typeof target === "string" ? createConnection(target) : createConnection({ host: "127.0.0.1", port: target });
    const pair = { near, far };
    pairs.add(pair);
    far.on("error", () => near.resetAndDestroy());
    carry(near, far, up);
    carry(far, near, down);
    for (const socket of [near, far])
      socket.on("close", () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    applyTo(pair);
  });
  const applyTo = ({ near, far }: { near: Socket; far: Socket }) => {
    if (up.mode === "stall") near.pause();
    else near.resume();
    if (down.mode === "stall") far.pause();
    else far.resume();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const link: ChaosLink = {
    port: (server.address() as { port: number }).port,
    up,
    down,
    accept: "pass",
    get connections() {
      return pairs.size;
    },
    apply: () => pairs.forEach(applyTo),
    reset() {
      for (const { near, far } of pairs) {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    },
    heal() {
      Object.assign(up, { mode: "pass", delayMs: 0 });
      Object.assign(down, { mode: "pass", delayMs: 0 });
      link.accept = "pass";
      link.apply();
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      link.reset();
      await closed;
    },
  };
  return link;
}

function carry(from: Socket, to: Socket, direction: Direction): void {
  from.on("data", (chunk) => {
    if (direction.mode === "drop") return;
    if (direction.delayMs === 0) return void to.write(chunk);
    setTimeout(() => void (to.destroyed || to.write(chunk)), direction.delayMs);
  });
  from.on("end", () => {
    if (direction.mode === "pass") to.end();
  });
}
