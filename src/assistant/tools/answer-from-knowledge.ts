import { z } from "zod";
import { searchKnowledge } from "../../tenants/knowledge.ts";
import { recordUnanswered } from "../../tenants/questions.ts";
import { sentences } from "../sentences.he.ts";
import { defineTool } from "./tool.ts";

export const answerFromKnowledge = defineTool({
  name: "answer_from_knowledge",
  description:
    "Looks up what the business says about a subject (prices, address, parking, services). Never answer such a question from anywhere else.",
  input: z.strictObject({ question: z.string().trim().min(1).max(500).describe("The question in a few Hebrew words") }),
  async run(desk, { question }) {
    const found = await searchKnowledge(desk.ctx, question);
    desk.log.info("NLP", "knowledge asked", { found: found.length });
    if (found.length === 0) {
      await recordUnanswered(desk.ctx, question, desk.conversationId);
      return { result: { found: [], say: sentences.notKnown } };
    }
    const facts = found.map(({ kind, subject, body }) => ({ kind, subject, body }));
    desk.memory.quotable.push(...facts.map((fact) => fact.body));
    return { result: { found: facts } };
  },
});
