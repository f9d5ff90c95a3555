import { setDefaultTimeout } from "bun:test";

// Bun gives every test and hook 5 s. A busy machine needs longer just to start a database, and no test here asserts
// how fast it is: what hangs is still ended.
setDefaultTimeout(60_000);
