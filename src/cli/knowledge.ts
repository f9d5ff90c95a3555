import { knowledgeKinds } from "../db/schema/knowledge.ts";
import { listKnowledge, publishKnowledge, removeKnowledge, saveKnowledge } from "../tenants/knowledge.ts";
import { answerQuestion, dismissQuestion, listUnanswered } from "../tenants/questions.ts";
import { given, readBusiness, readChoice, readId, readIdWord, readText, readWhole } from "./read.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

/** What the assistant knows (facts), does (procedures) and never says, and the questions it could not answer. */
export const run = verbs("knowledge", { list, add, publish, remove, unanswered, answer, dismiss });

function list(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business"]);
  return visitBusiness(readBusiness(options.business), listKnowledge);
}

function add(args: string[]): Promise<unknown> {
  const { options, flags } = readOptions(args, ["business", "subject", "body", "kind", "id"], 0, ["draft"]);
  const businessId = readBusiness(options.business);
  const id = readId("id", options.id);
  const knowledge = {
    subject: readText("subject", options.subject),
    body: readText("body", options.body),
    status: flags.has("draft") ? ("draft" as const) : ("published" as const),
    ...given({ kind: readChoice("kind", options.kind, knowledgeKinds) }),
  };
  return visitBusiness(businessId, (ctx) => saveKnowledge(ctx, knowledge, id));
}

function publish(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business"], 1);
  const businessId = readBusiness(options.business);
  const id = readIdWord("knowledge", words);
  return visitBusiness(businessId, (ctx) => publishKnowledge(ctx, id));
}

function remove(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business"], 1);
  const businessId = readBusiness(options.business);
  const id = readIdWord("knowledge", words);
  return visitBusiness(businessId, async (ctx) => {
    await removeKnowledge(ctx, id);
    return { removed: id };
  });
}

function unanswered(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business", "limit"]);
  const businessId = readBusiness(options.business);
  const limit = readWhole("limit", options.limit) ?? 50;
  return visitBusiness(businessId, async (ctx) => (await listUnanswered(ctx, { limit })).items);
}

/** Makes a draft, which `publish` puts in force. */
function answer(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business", "body"], 1);
  const businessId = readBusiness(options.business);
  const questionId = readIdWord("question", words);
  const body = readText("body", options.body);
  return visitBusiness(businessId, (ctx) => answerQuestion(ctx, questionId, { body }));
}

function dismiss(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business"], 1);
  const businessId = readBusiness(options.business);
  const questionId = readIdWord("question", words);
  return visitBusiness(businessId, async (ctx) => {
    await dismissQuestion(ctx, questionId);
    return { dismissed: questionId };
  });
}
