import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { following, type Run, type Sound, SoundBook } from "./sound-book.ts";
import { assistantVoice, callerVoice, speakMulaw } from "./voice.ts";

const audioA = speakMulaw("שלום, הגעתם למספרה. במה אפשר לעזור?", assistantVoice);
const audioB = speakMulaw("כמה עולה אצלכם תספורת נשים?", callerVoice);
const soundOf = (id: string, audio: Uint8Array): Sound => ({ id, text: id, bytes: audio.length });

function bookOfBoth(): SoundBook {
  const book = new SoundBook();
  book.add(soundOf("a", audioA), audioA);
  book.add(soundOf("b", audioB), audioB);
  return book;
}

const shown = (runs: Run[]) => runs.map(({ sound, offset, length }) => ({ id: sound?.id ?? null, offset, length }));

describe("recognising sound by its content", () => {
  test("however a sound is cut into messages, every piece is recognised at its place", () => {
    const book = bookOfBoth();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 200, max: 4_000 }), { minLength: 1, maxLength: 12 }), (sizes) => {
        let at = 0;
        let expected = null;
        for (const size of sizes) {
          const piece = audioA.subarray(at, at + size);
          if (piece.length === 0) break;
          const runs: Run[] = book.recognise(piece, expected);
          expect(shown(runs)).toEqual([{ id: "a", offset: at, length: piece.length }]);
          expected = following(runs);
          at += size;
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a change from one sound to another in mid-frame is found within the searched step", () => {
    const mixed = new Uint8Array([...audioA.subarray(0, 1_600), ...audioB.subarray(320, 1_920)]);
    expect(shown(bookOfBoth().recognise(mixed))).toEqual([
      { id: "a", offset: 0, length: 1_600 },
      { id: "b", offset: 320, length: 1_600 },
    ]);
  });

  test("silence and strange sound belong to nobody", () => {
    const strange = speakMulaw("משהו אחר לגמרי", callerVoice, 99).subarray(0, 1_600);
    expect(shown(bookOfBoth().recognise(strange))).toEqual([{ id: null, offset: 0, length: 1_600 }]);
    expect(shown(bookOfBoth().recognise(new Uint8Array(800).fill(0xff)))).toEqual([
      { id: null, offset: 0, length: 800 },
    ]);
  });

  test("the oldest sounds are forgotten when the book is full", () => {
    const book = new SoundBook(50);
    book.add(soundOf("a", audioA), audioA.subarray(0, 8_000));
    book.add(soundOf("b", audioB), audioB.subarray(0, 8_000));
    expect(shown(book.recognise(audioA.subarray(0, 1_600)))).toEqual([{ id: null, offset: 0, length: 1_600 }]);
    expect(shown(book.recognise(audioB.subarray(0, 1_600)))).toEqual([{ id: "b", offset: 0, length: 1_600 }]);
  });

  test("a repetition with another seed is another sound", () => {
    const again = speakMulaw("שלום, הגעתם למספרה. במה אפשר לעזור?", assistantVoice, 5);
    expect(shown(bookOfBoth().recognise(again.subarray(0, 1_600)))[0]!.id).toBeNull();
  });
});
