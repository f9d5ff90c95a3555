import { AsyncLocalStorage } from "node:async_hooks";
import type { LogFields } from "./log.ts";

const storage = new AsyncLocalStorage<LogFields>();

/**
 * Runs something on behalf of a request, job or business: what it writes to the log far below, where no argument says for
 * whom (a slow statement), carries these fields. For the log only: nothing may decide anything by them.
 */
export const onBehalfOf = <T>(fields: LogFields, run: () => T): T =>
  storage.run({ ...storage.getStore(), ...fields }, run);

/** For whom this runs: `request`, `job`, `queue`, `biz`, as far as they are known. */
export const behalf = (): LogFields => storage.getStore() ?? {};
