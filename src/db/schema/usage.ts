import { doublePrecision, foreignKey, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CallId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { calls } from "./call.ts";
import { createdAt } from "./columns.ts";

/** What was consumed, in the provider's own units; money is worked out from it (usage/cost.ts). */
export const usage = pgTable(
  "usage",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    callId: uuid("call_id").$type<CallId>(),
    /** Names the thing that was measured, so that writing it down twice counts once. */
    key: text("key").notNull(),
    kind: text("kind").$type<"voice" | "transcription" | "chat" | "phone" | "message">().notNull(),
    model: text("model").notNull(),
    textInputTokens: integer("text_input_tokens").notNull().default(0),
    audioInputTokens: integer("audio_input_tokens").notNull().default(0),
    cachedTextTokens: integer("cached_text_tokens").notNull().default(0),
    cachedAudioTokens: integer("cached_audio_tokens").notNull().default(0),
    textOutputTokens: integer("text_output_tokens").notNull().default(0),
    audioOutputTokens: integer("audio_output_tokens").notNull().default(0),
    seconds: doublePrecision("seconds").notNull().default(0),
    createdAt: createdAt(),
  },
  (table) => [
    unique("usage_key").on(table.businessId, table.key),
    index("usage_recent").on(table.businessId, table.createdAt),
    index("usage_call").on(table.businessId, table.callId),
    foreignKey({
      columns: [table.businessId, table.callId],
      foreignColumns: [calls.businessId, calls.id],
      name: "usage_call_fk",
    }).onDelete("cascade"),
  ],
);
