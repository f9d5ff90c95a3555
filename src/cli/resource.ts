import { addResource, listResources } from "../tenants/hours.ts";
import { readBusiness, readText } from "./read.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

/** Who or what can be booked. */
export const run = verbs("resource", { list, add });

function list(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business"]);
  return visitBusiness(readBusiness(options.business), listResources);
}

function add(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business", "name"]);
  const businessId = readBusiness(options.business);
  const name = readText("name", options.name);
  return visitBusiness(businessId, async (ctx) => ({ id: await addResource(ctx, name), name: name.trim() }));
}
