import { collectAndShrink } from "./app/give-back.ts";
import { createApp } from "./app.ts";
import { systemClock } from "./base/clock.ts";
import { AppError, describeError } from "./base/errors.ts";
import { createLineWriter } from "./base/line-writer.ts";
import { createLog } from "./base/log.ts";
import { ConfigError, configFromEnvironment } from "./config.ts";
import { limits } from "./limits.ts";

const stdout = createLineWriter(Bun.stdout.writer());

/** Everything that ends the process passes here: the log is written out first, if anybody reads it. */
async function exit(code: number): Promise<never> {
  await stdout.flush(limits.lastLinesMs);
  process.exit(code);
}

const config = await Promise.resolve()
  .then(() => configFromEnvironment())
  .catch(async (error: unknown) => {
    process.stderr.write(`${error instanceof ConfigError ? error.message : describeError(error)}\n`);
    return exit(2);
  });
const log = createLog({ ...config.log, write: stdout.write, instant: systemClock.instant });
const app = createApp({ config, log, clock: systemClock, random: Math.random });

// An exception in a socket handler, a timer or a promise would end the process and every call in it. What a handler's
// own guard did not catch is logged here, and the process goes on. Of the stack only the places: its head is the message,
// which `describeError` keeps free of customers' data.
const logEscaped = (event: string) => (thrown: unknown) => {
  const stack = thrown instanceof Error ? thrown.stack?.split("\n").filter((line) => /^\s+at /.test(line)) : undefined;
  log.error("APP", event, { error: describeError(thrown), stack: stack?.join("") });
};
process.on("uncaughtException", logEscaped("uncaught exception"));
process.on("unhandledRejection", logEscaped("unhandled rejection"));

let stopping = false;
const stop = async (signal: string): Promise<void> => {
  if (stopping) return app.hurry();
  stopping = true;
  log.info("APP", "stopping: live calls may finish, new ones are recorded", { signal });
  try {
    await app.stop();
    await exit(0);
  } catch (error) {
    // Whoever asked the process to end must not find it still there.
    log.error("APP", "could not stop cleanly", { error: describeError(error) });
    await exit(1);
  }
};
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));

try {
  const { adminLink, ...addresses } = await app.start();
  // Loading leaves its garbage between what stays. Gone before calls fill the gaps, it is 8 MB less at 100 calls.
  collectAndShrink();
  log.info("APP", "ready", addresses);
  if (adminLink !== null) stdout.write(`First login, once: ${adminLink}`);
} catch (error) {
  process.stderr.write(`${error instanceof AppError ? error.message : describeError(error)}\n`);
  log.error("APP", "could not start", { error: describeError(error) });
  await app.stop().catch(() => {});
  await exit(1);
}
