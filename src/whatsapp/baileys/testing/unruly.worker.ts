/** The threads' own entry, which misbehaves when it is asked to send one of these words. */
await import("../worker.ts");

const scope = globalThis as unknown as {
  onmessage: (event: { data: unknown }) => void;
  postMessage(line: unknown): void;
};
const { onmessage } = scope;
let grown = false;

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
    case "grow":
      grown = true;
      return onmessage(event);
    default:
      onmessage(event);
  }
};
