import type { readCall } from "../../calls/queries.ts";

/** One call as the call log shows it. */
export type CallEntry = Awaited<ReturnType<typeof readCall>>;
