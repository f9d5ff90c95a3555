import { computed } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { now } from "../clock.ts";
import { failed } from "../parts/toasts.tsx";
import { pageSize, readPages } from "../read-pages.ts";
import { resource } from "../resource.ts";

const { notifications } = api;

type Bell = InferResponseType<typeof notifications.$get>;
export type Notification = Bell["items"][number];

let wanted = pageSize;

/** What is behind the bell, newest first: as much of it as was asked for. */
export const bell = resource<Bell>(
  (signal) => readPages(wanted, async (query) => (await notifications.$get({ query }, { init: { signal } })).json()),
  ["notification", "task"],
);

/** Lengthens the list by lines from before. @throws ApiError */
export async function moreNotifications(): Promise<void> {
  wanted = (bell.data.value?.items.length ?? 0) + pageSize;
  await bell.reload();
}

export const unreadCount = computed(() => bell.data.value?.unread ?? 0);

const read = (notification: Notification): Notification => ({
  ...notification,
  readAt: notification.readAt ?? now().toISOString(),
});

export async function markAllRead(): Promise<void> {
  const undo = bell.patch((data) => ({ ...data, unread: 0, items: data.items.map(read) }));
  await notifications.read.$post().catch((error) => {
    undo();
    failed(error);
  });
}

export async function markRead({ id, readAt }: Notification): Promise<void> {
  if (readAt !== null) return;
  const undo = bell.patch((data) => ({
    ...data,
    unread: Math.max(0, data.unread - 1),
    items: data.items.map((item) => (item.id === id ? read(item) : item)),
  }));
  await notifications[":id"].read.$post({ param: { id } }).catch(undo);
}
