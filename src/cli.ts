/**
 * The operator's command line: `bun run cli <command> …`. Results go to stdout as JSON, problems as one line to
 * stderr. Exit codes: 0 done, 2 the command was wrong, 1 anything else. Each command is loaded only when it is asked
 * for, so that one which needs no database never touches it.
 */
import { AppError, describeError } from "./base/errors.ts";
import { usage } from "./cli/usage.ts";

const write = (text: string): void => void process.stdout.write(text);

/** Arguments in, exit code out; problems are thrown as AppError. */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  business: async (args) => (await import("./cli/business.ts")).run(args),
  calendar: async (args) => (await import("./cli/calendar.ts")).run(args),
  calls: async (args) => (await import("./cli/calls.ts")).run(args),
  chat: async (args) => (await import("./cli/chat.ts")).run(args),
  customer: async (args) => (await import("./cli/customer.ts")).run(args),
  hours: async (args) => (await import("./cli/hours.ts")).run(args),
  knowledge: async (args) => (await import("./cli/knowledge.ts")).run(args),
  leads: async (args) => (await import("./cli/leads.ts")).run(args),
  meetings: async (args) => (await import("./cli/meetings.ts")).run(args),
  prompt: async (args) => (await import("./cli/prompt.ts")).run(args),
  resource: async (args) => (await import("./cli/resource.ts")).run(args),
  settings: async (args) => (await import("./cli/settings.ts")).run(args),
  understand: async (args) =>
    (await import("./cli/understand.ts")).understandCommand(args, { stdin: Bun.stdin.stream(), write }),
  user: async (args) => (await import("./cli/user.ts")).run(args),
  whatsapp: async (args) => (await import("./cli/whatsapp.ts")).run(args),
};

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
