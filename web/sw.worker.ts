import type { Language } from "./language.ts";
import { bodyOf, pageOf, titleOf } from "./notification-lines.ts";

/**
 * The service worker: installable, and notifications on a closed phone. It answers no request and keeps nothing: what the panel
 * shows belongs to a session, and must be gone with it.
 */
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface PushEventLike extends WorkerEvent {
  data: { json(): unknown } | null;
}

interface NotificationEventLike extends WorkerEvent {
  notification: Notification & { data: { to?: string } | null };
}

interface WorkerScope {
  addEventListener(type: string, listener: (event: never) => void): void;
  skipWaiting(): Promise<void>;
  registration: { showNotification(title: string, options: NotificationOptions): Promise<void> };
  clients: {
    claim(): Promise<void>;
    matchAll(options: {
      type: "window";
    }): Promise<{ focus(): Promise<unknown>; postMessage(message: { go: string }): void }[]>;
    openWindow(url: string): Promise<unknown>;
  };
}

const worker = globalThis as unknown as WorkerScope;

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event: WorkerEvent) => event.waitUntil(worker.clients.claim()));

/** What the server sends (src/notify/push.ts). */
interface Told {
  id: string;
  kind: string;
  title: string;
  body: string | null;
  subject: string;
  language: Language;
}

worker.addEventListener("push", (event: PushEventLike) => {
  const told = event.data?.json() as Told;
  event.waitUntil(
    worker.registration.showNotification(titleOf(told, told.language), {
      body: bodyOf(told.body ?? "", told.language),
      icon: "/icon-192.png",
      badge: "/icon-192.png",
      lang: told.language,
      dir: "auto",
      tag: told.id,
      data: { to: pageOf(told) },
    }),
  );
});

worker.addEventListener("notificationclick", (event: NotificationEventLike) => {
  event.notification.close();
  const to = event.notification.data?.to ?? "/";
  event.waitUntil(
    worker.clients.matchAll({ type: "window" }).then(async ([open]) => {
      if (open === undefined) return void (await worker.clients.openWindow(to));
      open.postMessage({ go: to }); // a navigation from here would load the page anew, and drop what is being written
      await open.focus();
    }),
  );
});
