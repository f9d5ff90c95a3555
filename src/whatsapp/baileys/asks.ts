import type { Answer } from "./protocol.ts";

/** Questions to a thread that are not answered yet. When the thread is gone, all of them are. */
export class Asks {
  readonly #open = new Map<number, (answer: Answer) => void>();
  #last = 0;

  /** Asks by calling `post` with the question's number. */
  ask(post: (ask: number) => void): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const ask = ++this.#last;
    this.#open.set(ask, resolve);
    post(ask);
    return promise;
  }

  answered(ask: number, answer: Answer): void {
    this.#open.get(ask)?.(answer);
    this.#open.delete(ask);
  }

  lost(detail: string): void {
    for (const resolve of this.#open.values()) resolve({ kind: "failed", code: "unavailable", detail });
    this.#open.clear();
  }
}
