import { eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { type BusinessId, type CallId, parseCallId } from "../base/ids.ts";
import { listCalls, readCall } from "../calls/queries.ts";
import type { Database } from "../db/client.ts";
import { calls } from "../db/schema/call.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { given, readBusiness, readWhole } from "./read.ts";
import { print, readOptions, visit, visitBusiness } from "./visit.ts";

/** `calls list` and `calls show`. */
export async function run([verb, ...args]: string[]): Promise<number> {
  switch (verb) {
    case "list":
      await list(args);
      return 0;
    case "show":
      await show(args);
      return 0;
    default:
      throw new AppError("invalid", "write `calls list --business ID` or `calls show ID`");
  }
}

async function list(args: string[]): Promise<void> {
  const { options } = readOptions(args, ["business", "limit", "before"]);
  const businessId = readBusiness(options.business);
  const page = { limit: readWhole("limit", options.limit) ?? 50, ...given({ before: options.before }) };
  print(await visitBusiness(businessId, (ctx) => listCalls(ctx, page)));
}

async function show(args: string[]): Promise<void> {
  const { words } = readOptions(args, [], 1);
  const callId = parseCallId(words[0] ?? "");
  if (!callId) throw new AppError("invalid", "write `calls show ID`, with an id of `calls list`");
  const detail = await visit(async (db) => {
    const businessId = await ownerOf(db, callId);
    if (!businessId) throw new AppError("not_found", `no call ${callId}`);
    return withTenant(db, businessId, (tx) => readCall({ businessId, actor: { kind: "system" }, tx }, callId));
  });
  print(detail);
}

async function ownerOf(db: Database, callId: CallId): Promise<BusinessId | null> {
  const rows = await withSystem(db, (tx) =>
    tx.select({ businessId: calls.businessId }).from(calls).where(eq(calls.id, callId)),
  );
  return rows[0]?.businessId ?? null;
}
