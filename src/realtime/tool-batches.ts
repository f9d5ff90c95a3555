/** Tool calls by the answer that made them: the model goes on when all of one answer have their results. */
export class ToolBatches {
  readonly #openByAnswer = new Map<string, Set<string>>();

  get empty(): boolean {
    return this.#openByAnswer.size === 0;
  }

  opened(answerId: string, callId: string): void {
    const open = this.#openByAnswer.get(answerId);
    if (open === undefined) this.#openByAnswer.set(answerId, new Set([callId]));
    else open.add(callId);
  }

  /** The answer that made the call, or null when the call is unknown or has its result already. */
  answered(callId: string): string | null {
    const answerId = this.#answerOf(callId);
    if (answerId !== null) this.#openByAnswer.get(answerId)?.delete(callId);
    return answerId;
  }

  /** True once per answer: it made calls, and each has its result. Ask when the answer itself is over. */
  settled(answerId: string): boolean {
    return this.#openByAnswer.get(answerId)?.size === 0 && this.#openByAnswer.delete(answerId);
  }

  #answerOf(callId: string): string | null {
    for (const [answerId, open] of this.#openByAnswer) if (open.has(callId)) return answerId;
    return null;
  }
}
