import { describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BusinessId } from "../base/ids.ts";
import { clipPath, createStaticAudio, digits, texts } from "./static-audio.ts";

const businessId = "0190a0a0-0000-7000-8000-000000000001" as BusinessId;
const other = "0190a0a0-0000-7000-8000-000000000002" as BusinessId;

async function withStorage(run: (storageDir: string) => Promise<void>): Promise<void> {
  const storageDir = await mkdtemp(join(tmpdir(), "static-audio-"));
  try {
    await run(storageDir);
  } finally {
    await rm(storageDir, { recursive: true });
  }
}

describe("a clip", () => {
  test.each([...texts, ...digits])(
    "%s ships as mu-law WAV, 8 kHz, mono, a digit 0.4 to 2 s, others 1 to 20",
    async (clip) => {
      const answer = await createStaticAudio({ storageDir: "/nowhere" }).request(clipPath(clip, null));
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "audio/wav"]);
      const view = new DataView(await answer.arrayBuffer());
      const text = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
      expect([text(0), text(8), text(12)]).toEqual(["RIFF", "WAVE", "fmt "]);
      const [format, channels, rate, bits] = [
        view.getUint16(20, true),
        view.getUint16(22, true),
        view.getUint32(24, true),
        view.getUint16(34, true),
      ];
      expect([format, channels, rate, bits]).toEqual([7, 1, 8_000, 8]); // 7 = mu-law
      const seconds = view.byteLength / 8_000;
      const [least, most] = clip.startsWith("digit") ? [0.4, 2] : [1, 20];
      expect(seconds).toBeGreaterThan(least);
      expect(seconds).toBeLessThan(most);
    },
  );

  test("is the business's own where it has one, and only for that business", async () => {
    await withStorage(async (storageDir) => {
      const folder = join(storageDir, "audio", `business_${businessId}`);
      await mkdir(folder, { recursive: true });
      await Bun.write(join(folder, "fallback.wav"), "its own voice");
      const audio = createStaticAudio({ storageDir });
      expect(await (await audio.request(clipPath("fallback", businessId))).text()).toBe("its own voice");
      for (const path of [clipPath("thanks", businessId), clipPath("fallback", other), clipPath("fallback", null)])
        expect((await (await audio.request(path)).text()).slice(0, 4)).toBe("RIFF");
    });
  });

  test("that did not change is not sent again, one that did is", async () => {
    await withStorage(async (storageDir) => {
      const audio = createStaticAudio({ storageDir });
      const path = clipPath("fallback", businessId);
      const ask = (tag: string) => audio.request(path, { headers: { "if-none-match": tag } });
      const tag = (await audio.request(path)).headers.get("etag")!;
      expect((await ask(tag)).status).toBe(304);
      await Bun.write(join(storageDir, "audio", `business_${businessId}`, "fallback.wav"), "new");
      expect((await ask(tag)).status).toBe(200);
    });
  });

  test.each([
    "/audio/shipped/secret.wav",
    "/audio/shipped/fallback.mp3",
    "/audio/shipped/..%2ffallback.wav",
    "/audio/shipped/../../main.ts",
    "/audio/..%2f..%2f/fallback.wav",
    "/audio/nobody/fallback.wav",
    "/audio/shipped/__proto__",
  ])("%s is not one", async (path) => {
    expect((await createStaticAudio({ storageDir: "/nowhere" }).request(path)).status).toBe(404);
  });
});
