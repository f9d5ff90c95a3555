/** The threads' own entry, which misbehaves when it is asked to send one of these words. */
await import("../worker.ts");

const scope = globalThis as unknown as { onmessage: (event: { data: unknown }) => void };
const { onmessage } = scope;

scope.onmessage = (event) => {
  const line = event.data as { type: string; message?: { content?: { text?: string } } };
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
    default:
      onmessage(event);
  }
};
