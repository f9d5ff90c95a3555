/** A thread that says whatever it is told to say, in whoever's name. */
const scope = globalThis as unknown as {
  postMessage(line: unknown): void;
  onmessage: ((event: { data: { say?: unknown[] } }) => void) | null;
};

scope.onmessage = ({ data }) => {
  for (const line of data.say ?? []) scope.postMessage(line);
};

scope.postMessage({ type: "ready" });
