import type { InferRequestType, InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { withPassword } from "../confirm-password.ts";
import { resource } from "../resource.ts";

const { owner } = api.notifications;

export type OwnerPaths = InferResponseType<typeof owner.$get, 200>;
export type OwnerPath = keyof OwnerPaths["last"];
type Change = InferRequestType<typeof owner.$patch>["json"];

/** Where the owner is told with the panel closed, and how that went last. */
export const ownerPaths = resource<OwnerPaths>(
  async (signal) => (await owner.$get({}, { init: { signal } })).json(),
  ["settings"],
);

/** Null when it wanted the password and the person would rather not give it. @throws ApiError */
export async function saveOwnerPaths(change: Partial<OwnerPaths>): Promise<OwnerPaths | null> {
  const answer = await withPassword(() => owner.$patch({ json: change as Change }));
  if (answer === null) return null;
  const saved = await answer.json();
  ownerPaths.patch(() => saved);
  return saved;
}

/** Sends something now; what became of it, as the server's code. @throws ApiError */
export async function testOwnerPath(path: OwnerPath): Promise<string> {
  const { outcome } = await (await owner.test.$post({ json: { path } })).json();
  await ownerPaths.reload();
  return outcome;
}
