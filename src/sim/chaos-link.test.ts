import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ChaosLink, openLink } from "./chaos-link.ts";

let link: ChaosLink;
const server = Bun.serve<undefined>({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, server) => (server.upgrade(request, { data: undefined }) ? undefined : new Response("hello")),
  websocket: { message: (socket, text) => void socket.send(text) },
});
beforeAll(async () => {
  link = await openLink(server.port!);
});
afterAll(async () => {
  await link.stop();
  await server.stop(true);
});

const get = (timeoutMs = 5_000) =>
  fetch(`http://127.0.0.1:${link.port}/`, { keepalive: false, signal: AbortSignal.timeout(timeoutMs) })
    .then((response) => response.text())
    .catch((thrown: Error) => (thrown.name === "TimeoutError" ? "timeout" : "failed"));

/** An echo connection through the link. */
async function connect() {
  const socket = new WebSocket(`ws://127.0.0.1:${link.port}/`);
  const inbox: string[] = [];
  const wake = new Set<() => void>();
  socket.onmessage = ({ data }) => {
    inbox.push(String(data));
    for (const run of wake) run();
  };
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  const received = (count: number) =>
    new Promise<string[]>((resolve) => {
      const check = () => {
        if (inbox.length >= count) resolve(inbox);
      };
      wake.add(check);
      check();
    });
  return { socket, inbox, received, closed };
}

describe("a link that goes bad", () => {
  test("passes, refuses, swallows new connections, and heals", async () => {
    expect(await get()).toBe("hello");
    link.accept = "refuse";
    expect(await get()).toBe("failed");
    link.accept = "blackhole";
    expect(await get(50)).toBe("timeout");
    link.heal();
    expect(await get()).toBe("hello");
  });

  test("holds bytes while stalled and delivers them in order afterwards", async () => {
    const { socket, inbox, received } = await connect();
    socket.send("a");
    await received(1);
    link.up.mode = "stall";
    link.apply();
    socket.send("b");
    socket.send("c");
    expect(await get(50)).toBe("timeout"); // the link is stalled for everybody; "b" and "c" had their chance
    expect(inbox).toEqual(["a"]);
    link.heal();
    expect(await received(3)).toEqual(["a", "b", "c"]);
    socket.close();
  });

  test("drops what is sent into a half-open link, and a reset ends it", async () => {
    const { socket, inbox, closed } = await connect();
    link.down.mode = "drop";
    socket.send("lost");
    expect(await get(50)).toBe("timeout");
    expect(inbox).toEqual([]);
    link.reset();
    expect(await closed).toBe(1006);
    link.heal();
  });

  test("delays every chunk", async () => {
    const { socket, received } = await connect();
    link.up.delayMs = 40;
    const start = performance.now();
    socket.send("late");
    await received(1);
    expect(performance.now() - start).toBeGreaterThan(35);
    link.heal();
    socket.close();
  });
});
