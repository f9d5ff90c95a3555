/** The API as the panel's `hc` client sees it: types only, nothing of the server comes along. */
export type { Api } from "./app/api.ts";
