import { AppError, describeError } from "../base/errors.ts";
import type { PromptChannel } from "../db/schema/prompt.ts";
import { diffPrompt, listPromptVersions, rollBackPrompt, savePrompt } from "../tenants/prompts.ts";
import { getSettings } from "../tenants/settings.ts";
import { readBusiness, readChoice, readWhole } from "./read.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

/** What the assistant is told to be and do, per channel, with every version it had. */
export const run = verbs("prompt", { show, set, versions, diff, rollback });

const where = ["business", "channel"] as const;

function readWhere(options: Partial<Record<(typeof where)[number], string>>) {
  const businessId = readBusiness(options.business);
  const channel = readChoice("channel", options.channel, ["call", "whatsapp"] as const);
  if (!channel) throw new AppError("invalid", "--channel is missing: call or whatsapp");
  return { businessId, channel };
}

function show(args: string[]): Promise<unknown> {
  const { businessId, channel } = readWhere(readOptions(args, where).options);
  return visitBusiness(businessId, async (ctx) => {
    const [newest] = await listPromptVersions(ctx, channel, 1);
    return { channel, version: newest?.version ?? null, text: bodyOf(await getSettings(ctx), channel) };
  });
}

async function set(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, [...where, "text", "file"]);
  const { businessId, channel } = readWhere(options);
  const body = await readBody(options.text, options.file);
  return visitBusiness(businessId, (ctx) => savePrompt(ctx, channel, body));
}

function versions(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, [...where, "limit"]);
  const { businessId, channel } = readWhere(options);
  const limit = readWhole("limit", options.limit) ?? 50;
  return visitBusiness(businessId, (ctx) => listPromptVersions(ctx, channel, limit));
}

function diff(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, [...where, "from", "to"]);
  const { businessId, channel } = readWhere(options);
  const [from, to] = [readVersion("from", options.from), readVersion("to", options.to)];
  return visitBusiness(businessId, (ctx) => diffPrompt(ctx, channel, from, to));
}

function rollback(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, [...where, "version"]);
  const { businessId, channel } = readWhere(options);
  const version = readVersion("version", options.version);
  return visitBusiness(businessId, (ctx) => rollBackPrompt(ctx, channel, version));
}

const bodyOf = (settings: { callPrompt: string; whatsappPrompt: string }, channel: PromptChannel): string =>
  channel === "call" ? settings.callPrompt : settings.whatsappPrompt;

function readVersion(name: string, text: string | undefined): number {
  const version = readWhole(name, text);
  if (version === undefined) throw new AppError("invalid", `--${name} is missing: a number of \`prompt versions\``);
  return version;
}

async function readBody(text: string | undefined, file: string | undefined): Promise<string> {
  if ((text === undefined) === (file === undefined))
    throw new AppError("invalid", "give the prompt by --text TEXT or by --file PATH (- reads standard input)");
  if (text !== undefined || file === undefined) return text ?? "";
  try {
    return await (file === "-" ? Bun.stdin : Bun.file(file)).text();
  } catch (error) {
    throw new AppError("invalid", `--file ${JSON.stringify(file)} cannot be read: ${describeError(error)}`);
  }
}
