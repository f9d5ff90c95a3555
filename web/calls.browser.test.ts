import { beforeAll, expect, test } from "bun:test";
import { cleanPages, inBrowser } from "./testing/in-browser.ts";
import { microphoneFlags } from "./testing/microphone.ts";
import { callLines, seedCall } from "./testing/seed-call.ts";

const world = {
  office: { environment: { OPENAI_API_KEY: "" } },
  flags: microphoneFlags,
};

inBrowser("calls in a browser", world, (given) => {
  const { open } = given;
  let callId: string;

  beforeAll(async () => {
    callId = await seedCall(given.office.stage, given.office.businessId);
  });

  cleanPages(given, { pages: () => ({ calls: "/calls", call: `/calls/${callId}`, "test-call": "/test-call" }) });

  // It stood below the whole transcript, and nowhere on a phone was said when the call had been.
  test("on a phone a call begins with what was wanted and when it was", async () => {
    const { page, errors, shot, close } = await open({ path: `/calls/${callId}`, width: 390 });
    const top = async (locator: ReturnType<typeof page.locator>) => (await locator.boundingBox())!.y;
    const summary = page.locator(".call-summary");
    await summary.getByText(/^(היום|אתמול) \d\d:\d\d$/).waitFor();
    await summary.getByText("הסתיימה", { exact: true }).waitFor();
    await shot("call-summary");
    expect(await top(summary)).toBeLessThan(await top(page.getByRole("region", { name: "ניגון ההקלטה" })));
    expect(errors).toEqual([]);
    await close();
  });

  test("the log is searched by what was said, and a call found opens", async () => {
    const { page, close } = await open({ path: "/calls" });
    await page.getByRole("searchbox").fill("חנייה");
    await page
      .getByRole("link", { name: /דנה לוי/ })
      .nth(1)
      .waitFor({ state: "detached" }); // Dana has tried a call as well
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

  // The call rang for four seconds before its stream: the line stands at 20.1 s of the call and at 16.1 s of the sound.
  test("a click on a line seeks its words in the sound, also when that began long after the ringing", async () => {
    const { page, errors, close } = await open({ path: `/calls/${callId}` });
    await page.locator("audio").evaluate((audio: HTMLAudioElement) => {
      audio.addEventListener("seeking", () => audio.setAttribute("data-sought", String(audio.currentTime)));
    });
    const line = page.getByRole("button", { name: callLines[3][1] });
    await line.getByText("0:16", { exact: true }).waitFor();
    await line.click();
    const sought = page.locator("audio[data-sought]");
    await sought.waitFor({ state: "attached" });
    expect(Number(await sought.getAttribute("data-sought"))).toBeCloseTo(callLines[3][2] / 1_000, 1);
    await page.locator(".happened > li").filter({ hasText: "0:16" }).first().waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  // One player had the talk's recording, and the message's line sought a place in that one.
  test("a message that was left after the talk has a player of its own, and its line plays it from the beginning", async () => {
    const { page, errors, close } = await open({ path: `/calls/${callId}` });
    await page.route(`**/api/calls/${callId}`, async (route) => {
      const answer = await route.fetch();
      const call = await answer.json();
      const message = { ...call.recordings[0], id: crypto.randomUUID(), origin: "provider" };
      const turn = { role: "caller", text: "תחזרו אליי", startMs: 36_000, endMs: 40_000, interrupted: false };
      const turns = [...call.turns, { ...turn, recordingId: message.id }];
      const sound = `**/recordings/${message.id}`;
      await page.route(sound, (asked) =>
        asked.continue({ url: asked.request().url().replace(message.id, call.recordings[0].id) }),
      );
      await route.fulfill({ response: answer, json: { ...call, turns, recordings: [...call.recordings, message] } });
    });
    await page.reload();
    const message = page.getByRole("region", { name: "ההודעה שהושארה" });
    await page.getByRole("button", { name: callLines[3][1] }).click();
    await page.getByRole("region", { name: "ניגון ההקלטה" }).getByRole("button", { name: "עצירה" }).waitFor();
    await page.getByRole("button", { name: "תחזרו אליי" }).click();
    await message.getByRole("button", { name: "עצירה" }).waitFor();
    await page.locator('.turn[aria-current="true"]').getByText("תחזרו אליי").waitFor();
    // One sound at a time.
    await page
      .getByRole("region", { name: "ניגון ההקלטה" })
      .getByRole("button", { name: "ניגון", exact: true })
      .waitFor();
    expect(await message.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeLessThan(30);
    expect(errors).toEqual([]);
    await close();
  });

  test("the transcript follows what plays, but not a reader who scrolled away", async () => {
    const { page, close } = await open({ path: `/calls/${callId}`, height: 460 });
    const line = (index: number) => page.locator(".transcript > li").nth(index);
    const inSight = (index: number) =>
      line(index).evaluate(
        (li) => li.getBoundingClientRect().top < innerHeight && li.getBoundingClientRect().bottom > 0,
      );
    const hear = (seconds: number) =>
      page.locator("audio").evaluate((audio: HTMLAudioElement, at) => {
        audio.currentTime = at;
        return new Promise<void>((done) => {
          audio.addEventListener("timeupdate", () => audio.currentTime >= at && done());
        });
      }, seconds);
    await page.getByRole("button", { name: "ניגון", exact: true }).click();
    await hear(27);
    await line(5).locator("[aria-current=true]").waitFor();
    expect(await inSight(5)).toBe(true);
    const scrolled = (to?: number) =>
      line(5).evaluate((li, top) => {
        let at: Element = li;
        while (at.parentElement && at.scrollHeight - at.clientHeight < 100) at = at.parentElement;
        if (top !== undefined) at.scrollTop = top;
        return at.scrollTop;
      }, to);
    expect(await scrolled()).toBeGreaterThan(0);
    await scrolled(0);
    expect(await inSight(5)).toBe(false);
    await hear(21);
    await line(4).locator("[aria-current=true]").waitFor();
    expect(await scrolled()).toBe(0);
    await close();
  });

  test("a recording that is gone says so, and without one no line is a dead button", async () => {
    const { page, close } = await open({ path: `/calls/${callId}` });
    await page.route("**/recordings/*", (route) => route.fulfill({ status: 404 }));
    await page.getByRole("button", { name: "ניגון", exact: true }).click();
    await page.getByRole("alert").getByText("אי אפשר לנגן").waitFor();
    await page.route(`**/api/calls/${callId}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), recordings: [] } });
    });
    await page.reload();
    await page.getByText("אין הקלטה").waitFor();
    expect(await page.locator("button.turn").count()).toBe(0);
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
    // A hundred messages a second of sound pass the page's own thread by.
    expect(page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual(["/line.js"]);
    const watcher = await page.context().newPage();
    await watcher.goto(new URL("/calls", page.url()).href);
    await watcher.locator(".live-strip").getByText("דנה לוי").click();
    await watcher.locator(".meter").waitFor();
    await watcher.getByText("שיחת ניסיון ·").waitFor();
    await watcher.locator(".turn-who.assistant").first().waitFor();
    // On every page of a phone somebody is told of it, and comes to its newest words; the summary is not written yet.
    const phone = await open({ path: "/inbox", width: 390, role: "agent" });
    await phone.shot("live-inbox");
    await phone.page.getByRole("link", { name: "שיחה אחת מתנהלת עכשיו" }).click();
    const [words, summary] = [phone.page.locator(".transcript"), phone.page.locator(".call-summary")];
    await words.waitFor();
    expect((await words.boundingBox())!.y).toBeLessThan((await summary.boundingBox())!.y);
    expect(await phone.violations()).toEqual([]);
    await phone.close();
    await page.bringToFront();
    await page.getByRole("button", { name: "סיום השיחה" }).click();
    await watcher.getByText("הסתיימה").waitFor(); // and not: a message was left
    await watcher.locator(".meter").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "לשיחה ביומן" }).click();
    await page.getByRole("heading", { name: "תמלול" }).waitFor();
    await page.locator(".turn-who.assistant").first().waitFor();
    // The tester has a page of their own that says so, beside a customer of the same name, and is no lead.
    await page.getByRole("link", { name: "כרטיס הלקוח" }).click();
    await page.getByText("מישהו מהצוות, בשיחות ניסיון").waitFor();
    expect(await page.getByRole("button", { name: "אחראי: אף אחד" }).count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });
});
