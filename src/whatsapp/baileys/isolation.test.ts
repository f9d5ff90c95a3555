import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import { silentLog } from "../../base/log.ts";
import { until } from "../../e2e/testing/until.ts";
import type { Address } from "../provider.ts";
import { AuthStore } from "./auth-store.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { type Passenger, Supervisor } from "./supervisor.ts";
import { type LinkRoom, openLinkRoom, type Shop } from "./testing/link-room.ts";

setDefaultTimeout(90_000);

// S1, C1, W2: every message between the main thread and a thread of sessions, in another business's name. The tables
// below have a row for each kind of message, or they do not compile.

describe("a thread that carries one business", () => {
  let room: LinkRoom;
  let mine: Shop;
  let theirs: Shop;
  let thread: Worker;
  const said: FromWorker[] = [];
  const post = (line: ToWorker) => thread.postMessage(line);
  const heard = <T extends FromWorker["type"]>(type: T, since = 0) =>
    until(`"${type}" from the thread`, () =>
      said.slice(since).find((line): line is Extract<FromWorker, { type: T }> => line.type === type),
    );
  const dirOf = ({ id }: Shop) => join(room.storageDir, "whatsapp", `business_${id}`);
  const dana = () => room.whatsapp.person("972501112233");
  const toDana = (): Address => ({ kind: "lid", value: dana().lid });
  const message = (text: string) => ({
    id: newId(),
    to: toDana(),
    content: { kind: "text" as const, text },
    quoted: null,
  });
  const openLine = (shop: Shop, dir: string, epoch = 1): ToWorker => ({
    ...{ type: "open", biz: shop.id, epoch, dir, socketUrl: room.whatsapp.url, version: null },
  });

  beforeAll(async () => {
    room = openLinkRoom();
    [mine, theirs] = [await room.openShop(), await room.openShop()];
    for (const { channel } of [mine, theirs]) await channel.disconnect(); // the logins stay
    thread = new Worker(new URL("./worker.ts", import.meta.url));
    thread.onmessage = ({ data }: { data: FromWorker }) => void said.push(data);
    await heard("ready");
    post(openLine(mine, dirOf(mine)));
    await heard("opened");
    await until("open at the network", () => mine.account.isOpen);
  });
  afterAll(async () => {
    thread.terminate();
    await room.close();
  });

  /** What each message does in the name of `biz`, whose session is elsewhere; the answers that may come. */
  const refused = { kind: "failed", code: "unavailable", detail: "not connected" } as const;
  const cases: Record<
    ToWorker["type"],
    { line(biz: string, key: string, question: number): ToWorker; answer?: object }
  > = {
    ping: { line: () => ({ type: "ping" }) },
    open: { line: (biz) => ({ ...openLine(mine, dirOf(mine)), biz }) as ToWorker },
    close: { line: (biz) => ({ type: "close", biz, epoch: 1 }) },
    unlink: { line: (biz) => ({ type: "unlink", biz, epoch: 1, ask: 1 }), answer: refused },
    code: { line: (biz) => ({ type: "code", biz, epoch: 1, ask: 2, phone: "+972501112233" }), answer: refused },
    send: {
      line: (biz) => ({ type: "send", biz, epoch: 1, ask: 3, message: message("זר") }),
      answer: { kind: "sent", result: { kind: "refused", final: false, code: "not_connected" } },
    },
    download: {
      line: (biz) => ({ type: "download", biz, epoch: 1, ask: 4, ref: "x", file: strayFile(), bytesMax: 9 }),
      answer: refused,
    },
    forget: { line: (biz) => ({ type: "forget", biz, epoch: 1, ask: 5, people: [toDana()] }), answer: refused },
    typing: { line: (biz) => ({ type: "typing", biz, epoch: 1, to: toDana(), on: true }) },
    read: { line: (biz) => ({ type: "read", biz, epoch: 1, from: toDana(), providerIds: ["3EB0FF"] }) },
    stored: { line: (biz, key) => ({ type: "stored", biz, key }) },
    content: {
      line: (biz, _key, ask) => ({ type: "content", biz, epoch: 1, ask, content: { kind: "text", text: "זר" } }),
    },
  };
  const strayFile = () => join(room.storageDir, "stray.bin");

  test("refuses or ignores each of them in another's name, and serves its own as before", async () => {
    await dana().write(mine.account, "שלום");
    const { key } = await heard("incoming");
    const wantedId = "3EB0AAAAAAAAAAAAAAAA"; // of a message that nobody has seen yet
    dana().askAgain(mine.account, wantedId);
    const { ask: question } = await heard("wants");
    const before = { handed: mine.account.handed.length, signs: mine.account.signs.length, said: said.length };

    for (const [type, { line, answer }] of Object.entries(cases)) {
      const at = said.length;
      post(line(theirs.id, key, question));
      if (type !== "ping") post({ type: "ping" }); // whatever is told at once is told before it
      await heard("pong", at);
      if (answer !== undefined) expect(await heard("answer", at), type).toMatchObject({ biz: theirs.id, answer });
    }
    const told = said.slice(before.said);
    expect(told.filter((line) => "biz" in line && line.biz === mine.id)).toEqual([]);
    expect(told.find(({ type }) => type === "closed")).toMatchObject({
      biz: theirs.id,
      closing: { kind: "unreadable", detail: "this folder is of another business" },
    });
    expect(told.flatMap((line) => (line.type === "pong" ? line.sessions.map(({ biz }) => biz) : []))).not.toContain(
      theirs.id,
    );
    const { account } = mine;
    expect([account.handed.length, account.signs.length]).toEqual([before.handed, before.signs]);
    expect([account.isOpen, account.unlinked, theirs.account.isOpen]).toEqual([true, [], false]);
    expect(existsSync(strayFile())).toBe(false);

    // Its own: the question has waited for its answer, the message goes out, the journal has kept what came in.
    post({ type: "content", biz: mine.id, epoch: 1, ask: question, content: { kind: "text", text: "שלי" } });
    await until("the answer on her phone", () => dana().textsFrom(account).length === 1);
    expect(dana().textsFrom(account)).toEqual(["שלי"]);
    post({ type: "send", biz: mine.id, epoch: 1, ask: 9, message: message("אחרון") });
    await until("the message", () => dana().textsFrom(account).includes("אחרון"));
    post({ type: "close", biz: mine.id, epoch: 1 });
    await until("the end", () => said.some((line) => line.type === "closed" && line.biz === mine.id));
    const store = AuthStore.open(dirOf(mine));
    expect(store.journalled().map((row) => row.key)).toContain(key);
    store.close();
    process.stdout.write(`isolation: ${Object.keys(cases).length} kinds of messages to a thread in another's name\n`);
  });
});

describe("what a thread says in the name of a business that it does not carry", () => {
  const rows: Record<FromWorker["type"], (biz: string) => object> = {
    ready: () => ({}),
    pong: (biz) => ({ heapBytes: 1, sessions: [{ biz, epoch: 1, heardMsAgo: 0, oldestUnreadMs: 2 ** 40 }] }),
    log: (biz) => ({ biz, level: "info", prefix: "WA", event: "x", fields: {} }),
    qr: (biz) => ({ biz, epoch: 1, text: "x", lifeMs: 1 }),
    scanned: (biz) => ({ biz, epoch: 1 }),
    opened: (biz) => ({ biz, epoch: 1, me: { phone: "+972501112233", lid: null, name: null } }),
    closed: (biz) => ({ biz, epoch: 1, closing: { kind: "in_use" } }),
    incoming: (biz) => ({ biz, key: "k", message: {} }),
    receipt: (biz) => ({ biz, key: "k", receipt: {} }),
    same_person: (biz) => ({ biz, identities: [] }),
    typed: (biz) => ({ biz, from: { kind: "lid", value: "1" }, on: true }),
    wants: (biz) => ({ biz, epoch: 1, ask: 1, providerId: "x" }),
    answer: (biz) => ({ biz, ask: 1, answer: { kind: "done" } }),
  };
  const entry = new URL("./testing/echo.worker.ts", import.meta.url);
  const end = (biz: string) => ({ type: "typed", biz, from: { kind: "lid", value: "the end" }, on: false });
  const isEnd = (line: FromWorker) => line.type === "typed" && line.from.value === "the end";

  test.each(Object.keys(rows) as FromWorker["type"][])("%s reaches neither", async (type) => {
    const supervisor = new Supervisor({ threadsMax: 2, clock: systemClock, random: () => 0.5, log: silentLog, entry });
    const passenger = (biz: string): Passenger & { lines: FromWorker[] } => {
      const lines: FromWorker[] = [];
      return { biz, busy: false, lines, onLine: (line) => void lines.push(line), onLost() {} };
    };
    const [mine, theirs] = [passenger(newId()), passenger(newId())];
    try {
      for (const one of [mine, theirs]) supervisor.board(one);
      const forged = { type, ...rows[type](theirs.biz) };
      supervisor.post(mine.biz, { say: [forged, end(theirs.biz), end(mine.biz)] } as never);
      await until("the end of the one", () => mine.lines.some(isEnd));
      supervisor.post(theirs.biz, { say: [end(theirs.biz)] } as never);
      await until("the end of the other", () => theirs.lines.some(isEnd));
      expect(theirs.lines.filter((line) => line.type !== "pong")).toHaveLength(1);
      // A pong tells a thread's own passengers about its sessions; each looks for its own there.
      expect(mine.lines.filter((line) => line.type !== "pong")).toHaveLength(1);
      if (type === "pong") expect(theirs.lines).toHaveLength(1);
    } finally {
      supervisor.close();
    }
  });
});
