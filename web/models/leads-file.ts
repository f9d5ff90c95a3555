import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { withPassword } from "../confirm-password.ts";
import { language } from "../language.ts";

const file = api.leads.import;

/** What a file would add, and which of its lines cannot be read. */
export type FileReport = InferResponseType<typeof file.$post, 200>;

/** Reads a file without writing anything down. @throws ApiError "invalid" for what is no table. */
export const previewFile = async (chosen: File): Promise<FileReport> =>
  (await file.$post({ query: { preview: "true" } }, { init: { body: chosen } })).json();

/** Writes down everybody whose line can be read. @throws ApiError */
export const importFile = async (chosen: File): Promise<FileReport> =>
  (await file.$post({ query: { skipProblems: "true" } }, { init: { body: chosen } })).json();

/** Downloads the leads, all of them or those with these ids. The browser fetches the file itself, so the password is asked for before. @throws ApiError */
export async function exportLeads(ids?: readonly string[]): Promise<void> {
  if ((await withPassword(() => api.auth.confirm.$get())) === null) return;
  const only = ids === undefined ? "" : `&ids=${ids.join(",")}`;
  location.assign(`/api/leads/export.csv?language=${language.value}${only}`);
}
