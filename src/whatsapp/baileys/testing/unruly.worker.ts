/** The threads' own entry, which misbehaves when it is asked to send one of these words. */
await import("../worker.ts");

const scope = globalThis as unknown as {
  onmessage: (event: { data: unknown }) => void;
  postMessage(line: unknown): void;
};
const { onmessage } = scope;
let grown = false;
/** What the next pulses claim, oldest first. */
const claims: { oldestUnreadMs: number; silentMs: number }[] = [];
/** What they will claim once the send is answered: no pulse is heeded before. */
const later: typeof claims = [];

const post = scope.postMessage.bind(scope);
scope.postMessage = (line) => {
  const pong = line as { type: string; sessions?: object[] };
  const claim = pong.type === "pong" && pong.sessions?.length ? claims.shift() : undefined;
  if (pong.type === "answer") claims.push(...later.splice(0));
  post(claim === undefined ? line : { ...pong, sessions: pong.sessions?.map((pulse) => ({ ...pulse, ...claim })) });
};

scope.onmessage = (event) => {
  const line = event.data as { type: string; message?: { content?: { text?: string } } };
  if (line.type === "ping" && grown) return scope.postMessage({ type: "pong", heapBytes: 2 ** 40, sessions: [] });
  switch (line.type === "send" ? line.message?.content?.text : "") {
    case "throw":
      throw new Error("thrown in a thread");
    case "reject":
      void Promise.reject(new Error("rejected in a thread"));
      return;
    case "exit":
      return process.exit(0);
    case "spin":
      for (;;);
    case "stuck":
      later.push({ oldestUnreadMs: 61_000, silentMs: 0 }, { oldestUnreadMs: 61_000, silentMs: 0 });
      return onmessage(event);
    case "silent":
      later.push({ oldestUnreadMs: 0, silentMs: 7 * 60 * 60_000 });
      return onmessage(event);
    case "grow":
      grown = true;
      return onmessage(event);
    default:
      onmessage(event);
  }
};
