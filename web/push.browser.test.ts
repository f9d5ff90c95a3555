import { expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import type { Page } from "playwright-core";
import { pushSubscriptions } from "../src/db/schema/push-subscription.ts";
import { withSystem } from "../src/db/tenant.ts";
import { pushKeys } from "../src/notify/web-push.ts";
import { inBrowser } from "./testing/in-browser.ts";

// A headless browser reaches no push service: what it would answer is given to it, and what a service would hand over is
// handed over by the browser's own debugging protocol.
const device = {
  endpoint: "https://push.example.com/device",
  p256dh: pushKeys("a device").publicKey,
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};
const pretend = ({ endpoint, ...keys }: typeof device) => {
  // Survives going to another page, as a subscription does.
  const kept = "subscribed";
  const subscription = {
    endpoint,
    toJSON: () => ({ endpoint, keys }),
    unsubscribe: async () => {
      sessionStorage.removeItem(kept);
      return true;
    },
  };
  Object.assign(PushManager.prototype, {
    getSubscription: async () => (sessionStorage.getItem(kept) ? subscription : null),
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
      if (!/^[\w-]{87}$/.test(applicationServerKey)) throw new DOMException("no key", "InvalidAccessError");
      sessionStorage.setItem(kept, "1");
      return subscription;
    },
  });
};

/** What a push service would bring to the page's service worker. */
async function handOver(page: Page, data: string): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const registered = new Promise<string>((found) =>
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const mine = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${origin}/` && !isDeleted);
      if (mine) found(mine.registrationId);
    }),
  );
  await cdp.send("ServiceWorker.enable");
  await cdp.send("ServiceWorker.deliverPushMessage", { origin, registrationId: await registered, data });
}

inBrowser("notifications on a closed phone", {}, (given) => {
  const { open } = given;
  const devices = () =>
    withSystem(given.office.stage.db, (tx) =>
      tx.select().from(pushSubscriptions).where(eq(pushSubscriptions.endpoint, device.endpoint)),
    );

  test("are switched on and off; leaving forgets the device", async () => {
    const { page, errors, close } = await open({ path: "/notifications", width: 390 });
    await page.context().grantPermissions(["notifications"]);
    await page.addInitScript(pretend, device);
    await page.reload();
    const toggle = page.getByRole("switch", { name: "התראות במכשיר הזה, גם כשהמערכת סגורה" });
    await toggle.click();
    await page.getByRole("button", { name: "שליחת ניסיון" }).waitFor();
    expect(await devices()).toMatchObject([{ p256dh: device.p256dh, language: "he" }]);
    await toggle.click();
    await page.getByRole("button", { name: "שליחת ניסיון" }).waitFor({ state: "detached" });
    expect(await devices()).toEqual([]);
    await toggle.click();
    await page.getByRole("button", { name: "שליחת ניסיון" }).waitFor();
    await page.goto(`${given.office.stage.listensAt}/more`);
    expect(errors).toEqual([]); // the login page has to ask who is there, and hears 401
    await page.getByRole("button", { name: "יציאה מהחשבון" }).click();
    await page.waitForURL("**/login");
    expect(await devices()).toEqual([]);
    await close();
  });

  test("a browser that blocks them says where to change that", async () => {
    const { page, violations, close } = await open({ path: "/notifications" });
    await page.addInitScript(() => Object.defineProperty(Notification, "permission", { value: "denied" }));
    await page.reload();
    await page.getByText("הדפדפן חוסם התראות").waitFor();
    expect(await violations()).toEqual([]);
    await close();
  });

  test.each([
    ["he", { kind: "hand_over", title: "דנה מחכה לנציג", subject: "call:7" }, "דנה מחכה לנציג", "/calls/7"],
    [
      "en",
      { kind: "webhook_off", title: "crm.example.com", subject: "webhook:7" },
      "The connection to crm.example.com is off",
      "/settings?tab=keys",
    ],
  ])("the service worker shows what comes in, %s", async (language, line, title, to) => {
    const { page, close } = await open({ path: "/notifications" });
    await page.context().grantPermissions(["notifications"]);
    await page.evaluate(() => navigator.serviceWorker.ready);
    const worker = page.context().serviceWorkers()[0] ?? (await page.context().waitForEvent("serviceworker"));
    // Read from the call that shows it: the list of what is shown forgets at times what it was given a moment ago.
    await worker.evaluate(() => {
      const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
      const show = registration.showNotification.bind(registration);
      const shown = new Promise((resolve, reject) => {
        registration.showNotification = (title, options) =>
          show(title, options).then(() => resolve({ seen: title, leads: options?.data.to }), reject);
      });
      Object.assign(globalThis, { shown });
    });
    await handOver(page, JSON.stringify({ id: "n1", body: null, language, ...line }));
    const { seen, leads } = await worker.evaluate(
      () => (globalThis as unknown as { shown: Promise<{ seen: string; leads: string }> }).shown,
    );
    expect(seen).toStartWith(title);
    expect(leads).toBe(to);
    await close();
  });
});
