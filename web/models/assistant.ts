import type { InferRequestType, InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { withPassword } from "../confirm-password.ts";
import { resource, resourceBy } from "../resource.ts";

const { knowledge, prompts, questions, settings } = api;

export type Settings = InferResponseType<typeof settings.$get, 200>;
type SettingsChange = InferRequestType<typeof settings.$patch>["json"];
export type Knowledge = InferResponseType<typeof knowledge.$get, 200>["items"][number];
export type KnowledgeKind = Knowledge["kind"];
export type Question = InferResponseType<typeof questions.$get, 200>["items"][number];
export type Channel = "call" | "whatsapp";
type Prompt = InferResponseType<(typeof prompts)[":channel"]["$get"], 200>;
type Versions = InferResponseType<(typeof prompts)[":channel"]["versions"]["$get"], 200>;
export type DiffPart = InferResponseType<(typeof prompts)[":channel"]["diff"]["$get"], 200>["parts"][number];

/** How she presents herself. */
export const assistantSettings = resource<Settings>(
  async (signal) => (await settings.$get({}, { init: { signal } })).json(),
  ["settings"],
);

/**
 * Saves fields as their author saw them. Null when it wanted the password and the person would rather not give it.
 * @throws ApiError "taken" with the fields that somebody has changed since.
 */
export async function saveSettings(change: Partial<Settings>, seen: Partial<Settings>): Promise<Settings | null> {
  const json = { ...change, basedOn: seen } as SettingsChange;
  const answer = await withPassword(() => settings.$patch({ json }));
  if (answer === null) return null;
  const saved = await answer.json();
  assistantSettings.patch(() => saved);
  return saved;
}

/** Has the transfer number called and a code read there. False when the password was wanted and not given. @throws ApiError */
export async function callForCode(): Promise<boolean> {
  return (await withPassword(() => settings["transfer-check"].$post())) !== null;
}

/** @throws ApiError "invalid" for another code, "rate_limited" after too many. */
export async function verifyTransfer(code: string): Promise<void> {
  await settings["transfer-check"].code.$post({ json: { code } });
  await assistantSettings.reload();
}

/** A greeting as a customer would get it; placeholders that do not exist are named. */
export async function previewGreeting(text: string): Promise<{ text: string; unknown: string[] }> {
  return (await settings.preview.$post({ json: { kind: "greeting", text } })).json();
}

/** What she knows, does and never says. */
export const knowledgeList = resource<{ items: Knowledge[] }>(
  async (signal) => (await knowledge.$get({}, { init: { signal } })).json(),
  ["knowledge", "settings"],
);

export interface KnowledgeWords {
  kind: KnowledgeKind;
  subject: string;
  body: string;
}

/** Adds a subject, or changes one as its author saw it. @throws ApiError "taken" when somebody has changed it since. */
export async function saveKnowledge(words: KnowledgeWords, seen: Knowledge | null): Promise<void> {
  if (seen === null) await knowledge.$post({ json: words });
  else await knowledge[":id"].$put({ param: { id: seen.id }, json: { ...words, basedOn: seen.revision } });
  await knowledgeList.reload();
}

export async function publishKnowledge(id: string): Promise<void> {
  await knowledge[":id"].publish.$post({ param: { id } });
  await knowledgeList.reload();
}

export async function removeKnowledge(id: string): Promise<void> {
  await knowledge[":id"].$delete({ param: { id } });
  await knowledgeList.reload();
}

/** What customers asked and nobody could answer (A11). */
export const questionList = resource<{ items: Question[]; next: string | null }>(
  async (signal) => (await questions.$get({ query: {} }, { init: { signal } })).json(),
  ["question", "knowledge"],
);

/** The answer becomes knowledge, as a draft. */
export async function answerQuestion(id: string, body: string): Promise<void> {
  await questions[":id"].answer.$post({ param: { id }, json: { body } });
  await Promise.all([questionList.reload(), knowledgeList.reload()]);
}

export async function dismissQuestion(id: string): Promise<void> {
  await questions[":id"].dismiss.$post({ param: { id } });
  await questionList.reload();
}

/** The prompt in force, by channel. */
export const promptBy = resourceBy<Prompt>(
  async (channel, signal) =>
    (await prompts[":channel"].$get({ param: { channel: channel as Channel } }, { init: { signal } })).json(),
  ["prompt", "settings"],
);

export const versionsBy = resourceBy<Versions>(
  async (channel, signal) =>
    (await prompts[":channel"].versions.$get({ param: { channel: channel as Channel } }, { init: { signal } })).json(),
  ["prompt", "settings"],
);

/** The text that saving began from. */
export type Written = Pick<Prompt, "body" | "version">;

/** Gives it as it was written down. @throws ApiError "taken" when somebody has saved another version since `basedOn`. */
export async function savePrompt(channel: Channel, text: string, basedOn: number): Promise<Written> {
  const saved = await prompts[":channel"].$put({ param: { channel }, json: { body: text, basedOn } });
  const { body, version } = await saved.json();
  promptBy(channel).patch((before) => ({ ...before, body, version }));
  void promptBy(channel).reload();
  void versionsBy(channel).reload();
  return { body, version };
}

export async function rollBack(channel: Channel, version: number): Promise<void> {
  await prompts[":channel"].rollback.$post({ param: { channel }, json: { version } });
  await Promise.all([promptBy(channel).reload(), versionsBy(channel).reload()]);
}

/** What changed from one version to another, word by word. */
export async function readDiff(channel: Channel, from: number, to: number): Promise<DiffPart[]> {
  const query = { from: String(from), to: String(to) };
  return (await (await prompts[":channel"].diff.$get({ param: { channel }, query })).json()).parts;
}
