import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { CustomerId } from "../base/ids.ts";
import { erasePerson } from "../privacy/erase-person.ts";
import { exportPerson } from "../privacy/export-person.ts";
import { readBusiness, readIdWord, readText } from "./read.ts";
import { inBusiness, readInstallation, readOptions, verbs, visit, visitBusiness } from "./visit.ts";

/** A person's data, shown and erased (S5). */
export const run = verbs("customer", { export: exportOne, erase });

async function exportOne(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business", "to"], 1);
  const businessId = readBusiness(options.business);
  const customerId = readIdWord("customer", words) as string as CustomerId;
  const file = readText("to", options.to);
  const { storageDir } = readInstallation();
  return visit(async (db) => {
    const zip = await exportPerson((work) => inBusiness(db, businessId, work), storageDir, customerId);
    await pipeline(zip, createWriteStream(file, { mode: 0o600 }));
    return { file, bytes: Bun.file(file).size };
  });
}

function erase(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business"], 1);
  const businessId = readBusiness(options.business);
  const customerId = readIdWord("customer", words) as string as CustomerId;
  return visitBusiness(businessId, async (ctx) => ({
    erasureId: await erasePerson(ctx, customerId),
    // Files and copies at providers are seen to by the running product, now or when it starts.
    rows: "gone",
  }));
}
