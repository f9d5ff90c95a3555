import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { inBrowser } from "./testing/in-browser.ts";
import { microphoneFlags } from "./testing/microphone.ts";

const world = { office: { environment: { OPENAI_API_KEY: "" } }, flags: microphoneFlags };

inBrowser("a test call that does not come about, in a browser", world, ({ open }) => {
  /** The panel with every microphone that it opens in `globalThis.streams`. */
  const openWatched = async () => {
    const panel = await open({ path: "/tasks" });
    await panel.page.evaluate(() => {
      const streams: MediaStream[] = [];
      Object.assign(globalThis, { streams });
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted);
        streams.push(stream);
        return stream;
      };
    });
    await panel.page.locator('.nav a[href="/test-call"]').click();
    return panel;
  };
  const microphones = (page: Page) =>
    page.evaluate(() =>
      (globalThis as unknown as { streams: MediaStream[] }).streams.flatMap((stream) =>
        stream.getTracks().map(({ readyState }) => readyState),
      ),
    );
  const start = (page: Page) => page.getByRole("button", { name: "התחלת שיחה" }).click();
  const heldBeginning = async (page: Page) => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { promise: held, resolve: answer } = Promise.withResolvers<void>();
    await page.route("**/api/test-call", async (route) => {
      isAsked();
      await held;
      await route.continue().catch(() => {}); // nobody waits for it any more
    });
    return { asked, answer };
  };

  test("leaving the page while the call is connecting turns the microphone off and lets no call run", async () => {
    const { page, errors, close } = await openWatched();
    const { asked, answer } = await heldBeginning(page);
    await start(page);
    await asked;
    expect(await microphones(page)).toEqual(["live"]);
    await page.locator('.nav a[href="/tasks"]').click();
    // The address is there before the page of before has gone.
    while ((await microphones(page)).includes("live")) await page.waitForURL("**/tasks");
    answer();
    await page.locator('.nav a[href="/test-call"]').click();
    await page.getByRole("button", { name: "התחלת שיחה" }).waitFor();
    expect(page.workers()).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  test("Stop works while the call is connecting, and the next call comes about", async () => {
    const { page, errors, close } = await openWatched();
    const { asked, answer } = await heldBeginning(page);
    await start(page);
    await asked;
    await page.getByRole("button", { name: "סיום השיחה" }).click();
    expect(await microphones(page)).toEqual(["ended"]);
    answer();
    await page.unroute("**/api/test-call");
    await start(page);
    await page.getByText("בשיחה", { exact: true }).waitFor();
    await page.getByRole("button", { name: "סיום השיחה" }).click();
    await page.getByRole("button", { name: "שיחה נוספת" }).waitFor();
    expect(await microphones(page)).toEqual(["ended", "ended"]);
    expect(errors).toEqual([]);
    await close();
  });

  test("a call that the day's budget does not allow is refused in words, with the microphone off", async () => {
    const { page, close } = await openWatched();
    const refusal = { error: { code: "rate_limited", message: "budget_spent" } };
    await page.route("**/api/test-call", (route) => route.fulfill({ status: 429, json: refusal }));
    await start(page);
    await page.getByRole("alert").getByText("התקציב של היום נוצל.").waitFor();
    expect(await microphones(page)).toEqual(["ended"]);
    await close();
  });

  test("a browser without the sound for a call says so, with the microphone off", async () => {
    const { page, close } = await openWatched();
    await page.evaluate(() => {
      AudioWorklet.prototype.addModule = () => Promise.reject(new Error("no such sound"));
    });
    await start(page);
    await page.getByRole("alert").getByText("הדפדפן הזה לא מאפשר שיחה מכאן.").waitFor();
    expect(await microphones(page)).toEqual(["ended"]);
    await close();
  });
});
