import { foreignKey, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt, instant, updatedAt } from "./columns.ts";

/** What is so, what to do in a situation (A12), and what the assistant must never promise or say. */
export const knowledgeKinds = ["fact", "procedure", "never"] as const;
export type KnowledgeKind = (typeof knowledgeKinds)[number];
export type KnowledgeStatus = "draft" | "published";

/** What the assistant knows of the business (A12), one subject per row; the newest `revision` counts. */
export const knowledge = pgTable(
  "knowledge",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    kind: text("kind").$type<KnowledgeKind>().notNull().default("fact"),
    subject: text("subject").notNull(),
    body: text("body").notNull(),
    status: text("status").$type<KnowledgeStatus>().notNull().default("published"),
    revision: integer("revision").notNull().default(1),
    authorName: text("author_name").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("knowledge_tenant").on(table.businessId, table.id),
    index("knowledge_business").on(table.businessId, table.status),
  ],
);

/** Questions that had no answer (A11); staff's answer becomes knowledge. */
export const unansweredQuestions = pgTable(
  "unanswered_questions",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    question: text("question").notNull(),
    conversationId: uuid("conversation_id"),
    knowledgeId: uuid("knowledge_id"),
    resolvedAt: instant("resolved_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("unanswered_questions_open").on(table.businessId, table.createdAt),
    foreignKey({
      columns: [table.businessId, table.knowledgeId],
      foreignColumns: [knowledge.businessId, knowledge.id],
      name: "unanswered_questions_knowledge_fk",
    }),
  ],
);
