import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import { createChatsApi } from "./api-chats.ts";
import { createSendApi } from "./api-send.ts";
import { createSessionApi } from "./api-session.ts";
import { createSettingsApi } from "./api-settings.ts";
import { createTakeoverApi } from "./api-takeover.ts";
import type { WhatsApp } from "./desk.ts";
import type { ProviderKind } from "./provider.ts";

export interface WhatsAppApiDeps {
  db: Database;
  clock: Clock;
  storageDir: string;
  defaultProvider: ProviderKind;
  desk: Pick<WhatsApp, "sending" | "takenOver">;
}

/** `/api/whatsapp/*`: the link, the chats, and what staff sends (W9). */
export function createWhatsAppApi(deps: WhatsAppApiDeps) {
  return new Hono<ApiEnv>()
    .route("/", createSessionApi(deps))
    .route("/", createSettingsApi(deps))
    .route("/", createChatsApi(deps))
    .route("/", createTakeoverApi(deps))
    .route("/", createSendApi(deps));
}
