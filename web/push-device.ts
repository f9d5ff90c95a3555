import { api } from "./api.ts";
import { language } from "./language.ts";

const { push } = api;

/** What this browser can do about notifications with the panel closed. */
export type PushState = "unsupported" | "needs_install" | "denied" | "off" | "on";

const ready = async (): Promise<PushManager | null> =>
  (await navigator.serviceWorker?.getRegistration())?.pushManager ?? null;

export async function pushState(): Promise<PushState> {
  // An iPhone has push only for a panel that was added to the home screen.
  if ((navigator as { standalone?: boolean }).standalone === false) return "needs_install";
  const manager = await ready();
  if (manager === null || !("Notification" in globalThis)) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  const device = await manager.getSubscription();
  if (device === null) return "off";
  await tell(device); // it may be another person's by now, or speak another language
  return "on";
}

/** Asks the person, then the browser, then the server. @throws ApiError, DOMException when the push service is not reached. */
export async function pushOn(): Promise<PushState> {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const manager = await ready();
  if (manager === null) return "unsupported";
  const { publicKey } = await (await push.$get()).json();
  const wanted = { userVisibleOnly: true, applicationServerKey: publicKey };
  await tell(
    await manager.subscribe(wanted).catch(async (error: unknown) => {
      const old = await manager.getSubscription(); // made under a key of before
      if (old === null) throw error;
      await old.unsubscribe();
      return manager.subscribe(wanted);
    }),
  );
  return "on";
}

/** This device is told nothing more. */
export async function pushOff(): Promise<PushState> {
  const device = await (await ready())?.getSubscription();
  if (device) {
    await device.unsubscribe(); // first: it holds whether or not the server hears of it
    await push.devices.remove.$post({ json: { endpoint: device.endpoint } });
  }
  return "off";
}

async function tell(device: PushSubscription): Promise<void> {
  const { p256dh = "", auth = "" } = device.toJSON().keys ?? {};
  await push.devices.$post({ json: { endpoint: device.endpoint, p256dh, auth, language: language.value } });
}

/** Sends something to all devices of this person, now. @throws ApiError */
export const pushTest = async () => (await push.test.$post()).json();
