import { addResource, changeResource, listResources } from "../tenants/resources.ts";
import { given, readBusiness, readIdWord, readSwitch, readText, readWhole, requireSome } from "./read.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

/** Who or what can be booked. */
export const run = verbs("resource", { list, add, change });

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

function change(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business", "name", "active", "position"], 1);
  const businessId = readBusiness(options.business);
  const id = readIdWord("resource", words);
  const wanted = given({
    name: options.name,
    active: readSwitch("active", options.active),
    position: readWhole("position", options.position, 0),
  });
  requireSome(wanted, "--name, --active or --position");
  return visitBusiness(businessId, async (ctx) => {
    await changeResource(ctx, id, wanted);
    return (await listResources(ctx)).find((resource) => resource.id === id);
  });
}
