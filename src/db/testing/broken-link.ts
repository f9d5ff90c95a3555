import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect as openSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseAddress } from "../address.ts";

/** What the link does: hands bytes on, swallows them (a half-open connection), or hangs up at once. */
export type LinkState = "up" | "silent" | "refusing";

/** A socket in front of a test database that can be broken and healed. */
export interface BrokenLink {
  address: DatabaseAddress;
  /** For connections that exist and for those to come. Coming "up" again ends connections that were silenced. */
  set(state: LinkState): void;
  close(): void;
}

/** @throws Error for a database that is not on a unix socket. */
export async function brokenLink(to: DatabaseAddress): Promise<BrokenLink> {
  if (to.kind !== "socket") throw new Error("the link stands in front of a socket");
  const folder = mkdtempSync(join(tmpdir(), "agentlocator-link-"));
  const behind = join(to.socketDir, `.s.PGSQL.${to.port}`);
  const pairs = new Set<[Socket, Socket]>();
  let state: LinkState = "up";
  const end = (pair: [Socket, Socket]) => {
    pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  };
  const server = createServer((near) => {
    near.on("error", () => {});
    if (state === "refusing") return void near.destroy();
    const far = openSocket(behind);
    far.on("error", () => near.destroy());
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    const deaf = state === "silent";
    const hand = (to: Socket) => (bytes: Buffer) => {
      if (state === "up" && !deaf) to.write(bytes);
    };
    near.on("data", hand(far)).on("close", () => end(pair));
    far.on("data", hand(near)).on("close", () => end(pair));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, `.s.PGSQL.${to.port}`), resolve));
  return {
    address: { ...to, socketDir: folder },
    set(next) {
      const wasSilent = state === "silent";
      state = next;
      if (next === "refusing" || (wasSilent && next === "up")) for (const pair of [...pairs]) end(pair);
    },
    close() {
      for (const pair of [...pairs]) end(pair);
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
