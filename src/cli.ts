/**
 * The operator's command line: `bun run cli <command> …`. Results go to stdout as JSON, problems as one line to
 * stderr. Exit codes: 0 done, 2 the command was wrong, 1 anything else. Each command is loaded only when it is asked
 * for, so that one which needs no database never touches it.
 */
import { AppError, describeError } from "./base/errors.ts";

const write = (text: string): void => void process.stdout.write(text);

/** Arguments in, exit code out; problems are thrown as AppError. */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  business: async (args) => (await import("./cli/business.ts")).run(args),
  calls: async (args) => (await import("./cli/calls.ts")).run(args),
  chat: async (args) => (await import("./cli/chat.ts")).run(args),
  understand: async (args) =>
    (await import("./cli/understand.ts")).understandCommand(args, { stdin: Bun.stdin.stream(), write }),
};

const usage = `usage: bun run cli <command>
  business add --name NAME --phone +9723… [--greeting TEXT] [--prompt TEXT] [--timezone ZONE]
  business list
  calls list --business ID [--limit N] [--before CURSOR]
  calls show ID
  understand TEXT …      what the assistant reads in a Hebrew sentence
  chat --business ID …   talk with a business's assistant in the terminal
`;

const mine = new Set(["invalid", "not_found", "taken"]);

async function main(args: string[]): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "help" || name === "--help") {
    write(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    process.stderr.write(name === "" ? usage : `unknown command ${JSON.stringify(name)}; see \`bun run cli help\`\n`);
    return 2;
  }
  try {
    return await command(rest);
  } catch (error) {
    const said = error instanceof AppError ? error.message : describeError(error);
    process.stderr.write(`${said.replace(/\s*\n\s*/g, " ")}\n`);
    return error instanceof AppError && mine.has(error.code) ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
