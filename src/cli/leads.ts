import { AppError } from "../base/errors.ts";
import type { CustomerId } from "../base/ids.ts";
import { mergeCustomers, previewMerge, undoMerge } from "../crm/customers/merge.ts";
import { changeLeads } from "../crm/leads/change-lead.ts";
import { listLeads } from "../crm/leads/list-leads.ts";
import { addLeadStatus, changeLeadStatus, listLeadStatuses, removeLeadStatus } from "../crm/leads/statuses.ts";
import { given, readBusiness, readCustomer, readIdWord, readSwitch, readText, readWhole, requireSome } from "./read.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

/** The leads of a business, their statuses, and customers who turned out to be one person. */
export const run = verbs("leads", { list, status, statuses, merge, "undo-merge": undo });

function list(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business", "status", "customer", "limit", "before"]);
  const businessId = readBusiness(options.business);
  const query = given({
    status: options.status,
    customerId: readCustomer("customer", options.customer),
    limit: readWhole("limit", options.limit),
    before: options.before,
  });
  return visitBusiness(businessId, (ctx) => listLeads(ctx, query));
}

function status(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business", "to"], 1);
  const businessId = readBusiness(options.business);
  const leadId = readIdWord("lead", words);
  const to = readText("to", options.to);
  return visitBusiness(businessId, async (ctx) => {
    await changeLeads(ctx, [leadId], { status: to });
    return { id: leadId, status: to.trim() };
  });
}

function merge(args: string[]): Promise<unknown> {
  const { options, flags } = readOptions(args, ["business", "keep", "merge", "proof"], 0, ["preview"]);
  const businessId = readBusiness(options.business);
  const keptId = requireCustomer("keep", options.keep);
  const mergedId = requireCustomer("merge", options.merge);
  if (flags.has("preview")) return visitBusiness(businessId, (ctx) => previewMerge(ctx, { keptId, mergedId }));
  const proof = readText("proof", options.proof);
  return visitBusiness(businessId, async (ctx) => ({
    mergeId: await mergeCustomers(ctx, { keptId, mergedId, proof }),
  }));
}

function undo(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business"], 1);
  const businessId = readBusiness(options.business);
  const mergeId = readIdWord("merge", words);
  return visitBusiness(businessId, async (ctx) => {
    await undoMerge(ctx, mergeId);
    return { undone: mergeId };
  });
}

function requireCustomer(name: string, text: string | undefined): CustomerId {
  const id = readCustomer(name, text);
  if (id === undefined) throw new AppError("invalid", `--${name} is missing: a customer's id`);
  return id;
}

/** `leads statuses list|add|rename|remove`. */
function statuses([verb = "", ...args]: string[]): Promise<unknown> {
  const table = { list: listStatuses, add: addStatus, rename: renameStatus, remove: removeStatus };
  if (!Object.hasOwn(table, verb)) throw new AppError("invalid", "write `leads statuses list|add|rename|remove …`");
  return table[verb as keyof typeof table](args);
}

function listStatuses(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business"]);
  return visitBusiness(readBusiness(options.business), listLeadStatuses);
}

const looks = ["business", "key", "label", "hue", "closed"] as const;
const readLooks = (options: Partial<Record<(typeof looks)[number], string>>) => ({
  hue: readWhole("hue", options.hue, 0),
  closed: readSwitch("closed", options.closed),
});

function addStatus(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, looks);
  const businessId = readBusiness(options.business);
  const [key, label] = [readText("key", options.key), readText("label", options.label)];
  const input = { key, label, ...given(readLooks(options)) };
  return visitBusiness(businessId, (ctx) => addLeadStatus(ctx, input));
}

function renameStatus(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, looks);
  const businessId = readBusiness(options.business);
  const key = readText("key", options.key);
  const change = given({ label: options.label, ...readLooks(options) });
  requireSome(change, "--label, --hue or --closed");
  return visitBusiness(businessId, (ctx) => changeLeadStatus(ctx, key, change));
}

function removeStatus(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business", "key", "move-to"]);
  const businessId = readBusiness(options.business);
  const [key, moveTo] = [readText("key", options.key), readText("move-to", options["move-to"])];
  return visitBusiness(businessId, async (ctx) => ({
    removed: key,
    leadsMoved: await removeLeadStatus(ctx, key, moveTo),
  }));
}
