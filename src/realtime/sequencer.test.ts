import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Ask, Sequencer, type SequencerInput, type SequencerState, sequencerTable } from "./sequencer.ts";

/** A sequencer with a record of what it sent: "create r1 plain", "cancel". */
function make() {
  const sent: string[] = [];
  const sequencer = new Sequencer({
    create: (ask, requestId) => sent.push(`create ${requestId} ${ask.kind === "say" ? ask.text : ask.kind}`),
    cancel: () => sent.push("cancel"),
  });
  return { sequencer, sent };
}

const reach: Record<SequencerState, (sequencer: Sequencer) => void> = {
  idle: () => {},
  requested: (sequencer) => sequencer.ask({ kind: "plain" }),
  active: (sequencer) => {
    sequencer.ask({ kind: "plain" });
    sequencer.created("resp1", "r1");
  },
};

const apply: Record<SequencerInput, (sequencer: Sequencer) => void> = {
  ask: (sequencer) => sequencer.ask({ kind: "say", text: "hello" }),
  created: (sequencer) => sequencer.created("resp2", null),
  done: (sequencer) => sequencer.done("resp1"),
  done_first: (sequencer) => sequencer.done("theirs"),
  busy: (sequencer) => sequencer.busy(null),
  refused: (sequencer) => sequencer.refused("r1"),
  interrupt: (sequencer) => sequencer.interrupt(),
};

// state, input, state after, what is sent because of it
const rows: [SequencerState, SequencerInput, SequencerState, string[]][] = [
  ["idle", "ask", "requested", ["create r1 hello"]],
  ["idle", "created", "active", []],
  ["idle", "done", "idle", []],
  ["idle", "done_first", "idle", []],
  ["idle", "busy", "requested", ["create r1 plain"]],
  ["idle", "refused", "idle", []],
  ["idle", "interrupt", "idle", []],
  ["requested", "ask", "requested", []],
  ["requested", "created", "active", []],
  ["requested", "done", "requested", []],
  ["requested", "done_first", "requested", []],
  ["requested", "busy", "active", []],
  ["requested", "refused", "idle", []],
  ["requested", "interrupt", "requested", ["cancel"]],
  ["active", "ask", "active", []],
  ["active", "created", "active", []],
  ["active", "done", "idle", []],
  ["active", "done_first", "requested", []],
  ["active", "busy", "active", []],
  ["active", "refused", "active", []],
  ["active", "interrupt", "active", ["cancel"]],
];

describe("every state with every input", () => {
  test("the rows below are all pairs of the table", () => {
    const pairs = Object.entries(sequencerTable).flatMap(([state, row]) =>
      Object.keys(row).map((input) => `${state} ${input}`),
    );
    expect(rows.map(([state, input]) => `${state} ${input}`).sort()).toEqual(pairs.sort());
  });

  for (const [state, input, after, sends] of rows)
    test(`${state} + ${input} -> ${after}`, () => {
      const { sequencer, sent } = make();
      if (state === "active" && input === "done_first") {
        sequencer.created("earlier", "r0");
        sequencer.done("earlier");
        sequencer.ask({ kind: "plain" });
        sequencer.created("theirs", null);
      } else reach[state](sequencer);
      sent.length = 0;
      apply[input](sequencer);
      expect({ state: sequencer.state, sent }).toEqual({ state: after, sent: sends });
    });
});

describe("what waits", () => {
  test("asks come in order, and wishes to go on are one answer", () => {
    const { sequencer, sent } = make();
    for (const ask of [
      { kind: "plain" },
      { kind: "say", text: "one" },
      { kind: "plain" },
      { kind: "continue" },
      { kind: "say", text: "two" },
    ] as Ask[])
      sequencer.ask(ask);
    for (const n of [1, 2, 3, 4]) {
      sequencer.created(`resp${n}`, `r${n}`);
      sequencer.done(`resp${n}`);
    }
    expect(sent).toEqual(["create r1 plain", "create r2 one", "create r3 plain", "create r4 two"]);
  });

  test("no more than eight: the ninth is refused", () => {
    const { sequencer } = make();
    const taken = Array.from({ length: 10 }, (_, n) => sequencer.ask({ kind: "say", text: String(n) }));
    expect(taken).toEqual([true, true, true, true, true, true, true, true, true, false]);
  });

  test("an interruption drops what waits, except the answer to tool results", () => {
    const { sequencer, sent } = make();
    reach.active(sequencer);
    sequencer.ask({ kind: "say", text: "goodbye" });
    sequencer.ask({ kind: "continue" });
    sequencer.interrupt();
    sequencer.done("resp1");
    expect(sent).toEqual(["create r1 plain", "cancel", "create r2 continue"]);
  });

  test("the server's own answer serves plain wishes, not texts to be spoken", () => {
    const { sequencer, sent } = make();
    sequencer.pause(true);
    sequencer.ask({ kind: "continue" });
    sequencer.created("resp1", null);
    sequencer.ask({ kind: "say", text: "wait" });
    sequencer.pause(false);
    sequencer.done("resp1");
    expect(sent).toEqual(["create r1 wait"]);
  });

  test("while it is undecided whether the caller wants to go on, the answer to tool results waits also when another is over", () => {
    const { sequencer, sent } = make();
    reach.active(sequencer);
    sequencer.pause(true);
    sequencer.ask({ kind: "continue" });
    sequencer.done("resp1");
    expect(sent).toEqual(["create r1 plain"]);
    sequencer.pause(false);
    sequencer.resume();
    expect(sent).toEqual(["create r1 plain", "create r2 continue"]);
  });

  test("an answer that is announced twice replaces none", () => {
    const { sequencer } = make();
    reach.active(sequencer);
    expect(sequencer.created("resp1", null)).toBeNull();
    expect(sequencer.created("resp2", null)).toBe("resp1");
  });

  test("a refusal of what was never asked changes nothing", () => {
    const { sequencer, sent } = make();
    sequencer.busy("r7");
    expect([sequencer.state, sent]).toEqual(["idle", []]);
  });

  test("each answer can be interrupted: the one after an interrupted one, and one that begins after its interruption", () => {
    const { sequencer, sent } = make();
    reach.active(sequencer);
    sequencer.interrupt();
    sequencer.interrupt();
    sequencer.done("resp1");
    sequencer.ask({ kind: "plain" });
    sequencer.interrupt();
    sequencer.created("theirs", null);
    sequencer.interrupt();
    expect(sent).toEqual(["create r1 plain", "cancel", "create r2 plain", "cancel", "cancel"]);
  });

  test("a request that met another answer is made again when that one is over", () => {
    const { sequencer, sent } = make();
    sequencer.ask({ kind: "say", text: "hello" });
    sequencer.created("theirs", null);
    sequencer.busy("r1");
    sequencer.done("theirs");
    expect(sent).toEqual(["create r1 hello", "create r2 hello"]);
  });

  test("an interrupted request that met another answer is not made again", () => {
    const { sequencer, sent } = make();
    sequencer.ask({ kind: "say", text: "hello" });
    sequencer.interrupt();
    sequencer.created("theirs", null);
    sequencer.busy("r1");
    expect(sequencer.accepts("theirs")).toBe(true);
    sequencer.done("theirs");
    expect(sent).toEqual(["create r1 hello", "cancel"]);
  });
});

describe("a server that does not name our requests", () => {
  test("what begins after a request is taken for it: nothing stays owed", () => {
    const { sequencer, sent } = make();
    sequencer.ask({ kind: "say", text: "hello" });
    sequencer.created("resp1", null);
    expect(sequencer.accepts("resp1")).toBe(true);
    sequencer.done("resp1");
    expect([sequencer.atRest, sequencer.unfinished(true)]).toEqual([true, []]);
    expect(sent).toEqual(["create r1 hello"]);
  });

  test("the answer to a request that was interrupted before it began is not heard", () => {
    const { sequencer } = make();
    sequencer.ask({ kind: "plain" });
    sequencer.interrupt();
    sequencer.created("resp1", null);
    expect(sequencer.accepts("resp1")).toBe(false);
    sequencer.done("resp1");
    expect(sequencer.atRest).toBe(true);
  });

  test("its own answers are heard as well", () => {
    const { sequencer } = make();
    sequencer.created("resp1", null);
    expect(sequencer.accepts("resp1")).toBe(true);
    sequencer.done("resp1");
    expect(sequencer.atRest).toBe(true);
  });
});

test("output counts only for the answer in flight that was not interrupted", () => {
  const { sequencer } = make();
  sequencer.created("resp1", null);
  expect([sequencer.accepts("resp1"), sequencer.accepts("resp0")]).toEqual([true, false]);
  sequencer.interrupt();
  expect(sequencer.accepts("resp1")).toBe(false);
  sequencer.done("resp1");
  sequencer.created("resp2", null);
  expect([sequencer.accepts("resp2"), sequencer.accepts("resp1")]).toEqual([true, false]);
});

/**
 * The provider's side as documented: one answer at a time, a second request is refused, its own answers begin at any
 * idle moment, a cancel ends what runs. Messages of both directions are delivered late, but each direction in order.
 */
class Provider {
  readonly toServer: (["create", string] | ["cancel"])[] = [];
  readonly toClient: (() => void)[] = [];
  readonly #client: Sequencer;
  #active: string | null = null;
  #answers = 0;
  begun: string[] = [];

  constructor(client: Sequencer) {
    this.#client = client;
  }

  takeOne(): void {
    const message = this.toServer.shift();
    if (message?.[0] === "cancel") this.endAnswer();
    if (message?.[0] !== "create") return;
    const requestId = message[1];
    if (this.#active !== null) this.toClient.push(() => this.#client.busy(requestId));
    else this.#begin(requestId);
  }

  beginOwn(): void {
    if (this.#active === null) this.#begin(null);
    else this.toClient.push(() => this.#client.busy(null));
  }

  endAnswer(): void {
    const id = this.#active;
    this.#active = null;
    if (id !== null) this.toClient.push(() => this.#client.done(id));
  }

  #begin(requestId: string | null): void {
    const id = `resp${++this.#answers}`;
    this.#active = id;
    if (requestId !== null) this.begun.push(requestId);
    this.toClient.push(() => this.#client.created(id, requestId));
  }
}

test("against a provider with any delays: never two requests at once, every text is spoken once, all comes to rest", () => {
  const steps = fc.array(fc.constantFrom("ask", "say", "continue", "server", "client", "own", "end", "interrupt"), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(steps, (script) => {
      const provider: { it: Provider | null } = { it: null };
      const textOf = new Map<string, string>();
      let open = 0;
      const sequencer = new Sequencer({
        create: (ask, requestId) => {
          if (ask.kind === "say") textOf.set(requestId, ask.text);
          open++;
          provider.it?.toServer.push(["create", requestId]);
        },
        cancel: () => provider.it?.toServer.push(["cancel"]),
      });
      const server = new Provider(sequencer);
      sequencer.created("resp0", "r0"); // it is known to name our requests
      sequencer.done("resp0");
      provider.it = server;
      let wanted: string[] = [];
      let worst = 0;
      const actions: Record<(typeof script)[number], (n: number) => void> = {
        ask: () => sequencer.ask({ kind: "plain" }),
        say: (n) => {
          if (sequencer.ask({ kind: "say", text: `t${n}` })) wanted.push(`t${n}`);
        },
        continue: () => sequencer.ask({ kind: "continue" }),
        server: () => server.takeOne(),
        client: () => server.toClient.shift()?.(),
        own: () => server.beginOwn(),
        end: () => server.endAnswer(),
        interrupt: () => {
          sequencer.interrupt();
          wanted = []; // what was asked before is no longer owed
        },
      };
      for (const [n, step] of script.entries()) {
        actions[step](n);
        worst = Math.max(worst, server.toServer.filter(([kind]) => kind === "create").length);
      }
      for (let round = 0; round < 400; round++)
        for (const step of ["client", "server", "end"] as const) actions[step](0);
      const spoken = server.begun.map((requestId) => textOf.get(requestId)).filter((text) => text !== undefined);
      expect(worst).toBeLessThanOrEqual(2); // one interrupted and not yet read, one behind it
      expect(sequencer.state).toBe("idle");
      expect(open).toBeGreaterThanOrEqual(server.begun.length);
      for (const text of wanted) expect(spoken.filter((one) => one === text)).toEqual([text]);
    }),
    { numRuns: 2_000 },
  );
});
