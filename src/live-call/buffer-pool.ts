/** Buffers of one size that their users take in turn. */
export interface BufferPool {
  /** Contents are those of whoever had it before. */
  take(): Uint8Array;
  /** The giver does not touch it again. */
  give(buffer: Uint8Array): void;
}

/** Keeps at most `spareMax` buffers that nobody uses. */
export function createBufferPool(bytes: number, spareMax: number): BufferPool {
  const spare: Uint8Array[] = [];
  return {
    take: () => spare.pop() ?? new Uint8Array(bytes),
    give(buffer) {
      if (spare.length < spareMax) spare.push(buffer);
    },
  };
}
