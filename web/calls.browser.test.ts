import { beforeAll, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeMulaw } from "../src/audio/mulaw.ts";
import { chain, frames, noise, voice } from "../src/live-call/vad/testing/voice.ts";
import { devices, inBrowser } from "./testing/in-browser.ts";
import { callLines, seedCall } from "./testing/seed-call.ts";

const world = {
  office: { environment: { OPENAI_API_KEY: "" } },
  flags: async () => [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${await fakeMicrophone()}`,
    "--autoplay-policy=no-user-gesture-required",
  ],
};

inBrowser("calls in a browser", world, (given) => {
  const { open } = given;
  let callId: string;

  beforeAll(async () => {
    callId = await seedCall(given.office.stage, given.office.businessId);
  });

  test.each(devices)("log, call and test call are clean at $width px, $language, $theme", async (device) => {
    for (const [name, path] of [
      ["calls", "/calls"],
      ["call", `/calls/${callId}`],
      ["test-call", "/test-call"],
    ] as const) {
      const panel = await open({ ...device, path });
      await panel.shot(name);
      expect(await panel.violations()).toEqual([]);
      expect(await panel.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(panel.errors).toEqual([]);
      await panel.close();
    }
  });

  test("the log is searched by what was said, and a call found opens", async () => {
    const { page, close } = await open({ path: "/calls" });
    await page.getByRole("searchbox").fill("חנייה");
    await page.getByRole("link", { name: /דנה לוי/ }).click();
    await page.getByRole("heading", { name: "דנה לוי" }).waitFor();
    await page.goBack();
    await page.getByRole("searchbox").fill("אין מילה כזאת");
    await page.getByText("אין שיחות כאלה").waitFor();
    await close();
  });

  test("a line of the transcript plays from there, and the transcript follows", async () => {
    const { page, errors, close } = await open({ path: `/calls/${callId}` });
    await page.getByRole("button", { name: callLines[3][1] }).click();
    await page.locator("audio").evaluate(
      (audio: HTMLAudioElement) =>
        new Promise<void>((done) => {
          const check = () => audio.currentTime > 16.2 && done();
          audio.addEventListener("timeupdate", check);
          check();
        }),
    );
    await page.locator('.turn[aria-current="true"]').getByText("יש שם חנייה").waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("a test call without a key: the demo voice greets, hears the microphone, and the call is in the log", async () => {
    const { page, errors, shot, close } = await open({ path: "/test-call" });
    await page.getByRole("button", { name: "התחלת שיחה" }).click();
    await page.getByText("קול הדגמה").first().waitFor();
    await page.getByText("בשיחה", { exact: true }).waitFor();
    await page.locator(".turn-who.assistant").first().waitFor();
    await page.locator(".turn-who.caller").first().waitFor();
    await shot("test-call-live");
    const updates = await page.locator(".meter").evaluate(
      (meter) =>
        new Promise<number>((done) => {
          let count = 0;
          new MutationObserver(() => count++).observe(meter, { attributes: true, subtree: true });
          setTimeout(() => done(count), 2_000);
        }),
    );
    expect(updates).toBeGreaterThan(5);
    await page.getByRole("button", { name: "סיום השיחה" }).click();
    await page.getByRole("link", { name: "לשיחה ביומן" }).click();
    await page.getByRole("heading", { name: "תמלול" }).waitFor();
    await page.locator(".turn-who.assistant").first().waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});

/** A WAV file of somebody who speaks for a second and a half every four seconds. */
async function fakeMicrophone(): Promise<string> {
  const mulaw = frames(chain(noise(2, 15, 1), voice(1.5, 3_000, 2), noise(0.5, 15, 3))).flatMap((frame) => [...frame]);
  const samples = decodeMulaw(Uint8Array.from(mulaw));
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.byteLength, 40);
  const file = join(mkdtempSync(join(tmpdir(), "agentlocator-microphone-")), "voice.wav");
  await Bun.write(file, Buffer.concat([header, Buffer.from(samples.buffer)]));
  return file;
}
