import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PlayoutBuffer } from "./playout-buffer.ts";

/** A buffer whose output is kept as one array by line sample (0 = silence). */
function listen(line = 0) {
  const heard: number[] = [];
  const buffer = new PlayoutBuffer((at, bytes) => {
    for (let index = 0; index < bytes.length; index++) heard[at + index] = bytes[index]!;
  }, line);
  const play = (bytes: number[]) =>
    buffer.media(Uint8Array.from(bytes), [{ start: 0, length: bytes.length, sound: null, offset: 0 }]);
  return { buffer, heard, play };
}

describe("the buffer of a stream", () => {
  test("plays in order, with a gap where nothing had come in time", () => {
    const { buffer, heard, play } = listen();
    play([1, 2, 3]);
    buffer.advance(5);
    play([4, 5]);
    buffer.advance(10);
    expect(Array.from(heard)).toEqual([1, 2, 3, undefined, undefined, 4, 5] as number[]);
  });

  test("a mark returns when playback reaches it, and at once when nothing is left to play", () => {
    const { buffer, play } = listen();
    expect(buffer.mark("empty")).toEqual(["empty"]);
    play([1, 2, 3, 4]);
    expect(buffer.mark("end")).toEqual([]);
    expect(buffer.advance(3)).toEqual([]);
    expect(buffer.advance(4)).toEqual(["end"]);
    expect(buffer.mark("again")).toEqual(["again"]);
  });

  test("clear drops what has not played, returns every pending mark in order, and what comes after plays", () => {
    const { buffer, heard, play } = listen();
    play([1, 2]);
    buffer.mark("a");
    play([3, 4]);
    buffer.mark("b");
    buffer.advance(1);
    expect(buffer.clear()).toEqual(["a", "b"]);
    play([9]);
    buffer.advance(5);
    expect(Array.from(heard)).toEqual([1, 9]);
    expect(buffer.bufferedMs).toBe(0);
  });

  test("property: sample for sample and mark for mark like a queue that is played one sample at a time", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("media" as const), size: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ do: fc.constant("mark" as const) }),
      fc.record({ do: fc.constant("clear" as const) }),
      fc.record({ do: fc.constant("advance" as const), by: fc.integer({ min: 0, max: 300 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const heard: [number, number][] = [];
        const expected: [number, number][] = [];
        const returned: string[] = [];
        const expectedMarks: string[] = [];
        const buffer = new PlayoutBuffer((at, bytes, _, offset) => {
          for (let index = 0; index < bytes.length; index++) heard.push([at + index, offset + index]);
        });
        let queue: (number | string)[] = [];
        let made = 0;
        let line = 0;
        const takeMarks = () => {
          while (typeof queue[0] === "string") expectedMarks.push(queue.shift() as string);
        };
        for (const [index, action] of steps.entries()) {
          if (action.do === "media") {
            buffer.media(new Uint8Array(action.size), [{ start: 0, length: action.size, sound: null, offset: made }]);
            for (let count = 0; count < action.size; count++) queue.push(made++);
          } else if (action.do === "mark") {
            returned.push(...buffer.mark(`m${index}`));
            queue.push(`m${index}`);
          } else if (action.do === "clear") {
            returned.push(...buffer.clear());
            queue = queue.filter((entry) => typeof entry === "string");
          } else {
            returned.push(...buffer.advance(line + action.by));
            for (const end = line + action.by; line < end; line++) {
              takeMarks();
              if (queue.length > 0) expected.push([line, queue.shift() as number]);
            }
          }
          takeMarks();
          expect(returned).toEqual(expectedMarks);
        }
        expect(heard).toEqual(expected);
      }),
    );
  });
});
