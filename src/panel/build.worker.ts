import { serialize } from "bun:jsc";
import { bundlePanel } from "./bundle.ts";

/** The program of `build.ts`: the built panel on stdout, or the compiler's messages on stderr and exit code 1. */
try {
  await Bun.write(Bun.stdout, serialize(await bundlePanel()));
} catch (error) {
  const problems = error instanceof AggregateError ? error.errors : [error];
  process.stderr.write(problems.map(String).join("; "));
  process.exit(1);
}
