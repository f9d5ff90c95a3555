import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { resource, resourceBy } from "../resource.ts";
import type { Channel } from "./assistant.ts";

const { rehearsal } = api;

export type Scenario = InferResponseType<typeof rehearsal.scenarios.$get, 200>["items"][number];
export type Check = Scenario["checks"][number];
export type Draft = InferResponseType<typeof rehearsal.drafts.$get, 200>["items"][number];
export type Run = InferResponseType<(typeof rehearsal.drafts)[":id"]["runs"]["$get"], 200>["items"][number];

export const scenarios = resource<{ items: Scenario[] }>(async (signal) =>
  (await rehearsal.scenarios.$get({}, { init: { signal } })).json(),
);

export const drafts = resource<{ items: Draft[] }>(async (signal) =>
  (await rehearsal.drafts.$get({}, { init: { signal } })).json(),
);

/** What came of a draft's rehearsals; read again whenever one is over. */
export const runsBy = resourceBy<{ items: Run[] }>(
  async (id, signal) => (await rehearsal.drafts[":id"].runs.$get({ param: { id } }, { init: { signal } })).json(),
  ["rehearsal"],
);

export interface ScenarioWords {
  name: string;
  lines: string[];
  checks: Check[];
}

export async function saveScenario(words: ScenarioWords, id: string | null): Promise<void> {
  if (id === null) await rehearsal.scenarios.$post({ json: words });
  else await rehearsal.scenarios[":id"].$put({ param: { id }, json: words });
  await scenarios.reload();
}

export async function removeScenario(id: string): Promise<void> {
  await rehearsal.scenarios[":id"].$delete({ param: { id } });
  await scenarios.reload();
}

export async function addExamples(): Promise<void> {
  await rehearsal.scenarios.examples.$post();
  await scenarios.reload();
}

/** A draft with these words, begun from that version in force (absent: from the same as before); its id. */
export async function saveDraft(channel: Channel, body: string, id: string | null, basedOn?: number): Promise<string> {
  const json = { channel, body, ...(basedOn === undefined ? {} : { basedOn }) };
  // Whoever leaves and is back before the answer finds their words.
  const undo = drafts.patch(({ items }) => ({
    items: items.map((draft) => (draft.id === id ? { ...draft, ...json } : draft)),
  }));
  const saved = await (id === null
    ? rehearsal.drafts.$post({ json })
    : rehearsal.drafts[":id"].$put({ param: { id }, json })
  ).then(
    (answer) => answer.json(),
    (error) => {
      undo();
      throw error;
    },
  );
  await drafts.reload();
  return saved.id;
}

/** Plays every scenario against the draft; the results come one by one. */
export async function rehearse(id: string): Promise<void> {
  await rehearsal.drafts[":id"].runs.$post({ param: { id }, json: {} });
  await runsBy(id).reload();
}

/** In force for the next call or message; the version's number. */
export async function publishDraft(id: string): Promise<number> {
  const { version } = await (await rehearsal.drafts[":id"].publish.$post({ param: { id } })).json();
  await drafts.reload();
  return version;
}
