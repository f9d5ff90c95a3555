import { rm } from "node:fs/promises";
import { and, eq, inArray, isNull, ne } from "drizzle-orm";
import { z } from "zod";
import { AppError } from "../base/errors.ts";
import type { BusinessId, CallSid } from "../base/ids.ts";
import { ownFile } from "../base/own-file.ts";
import type { Database } from "../db/client.ts";
import { type ErasureTodo, erasures } from "../db/schema/erasure.ts";
import { recordings } from "../db/schema/recording.ts";
import { withTenant } from "../db/tenant.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import { audit } from "../tenants/audit.ts";
import { erasureQueue } from "./erase-person.ts";
import { removedFilesQueue } from "./retention.ts";

export interface PrivacyJobDeps {
  db: Database;
  storageDir: string;
  /** Where calls and messages leave a record with both numbers. @throws AppError "unavailable" or "upstream". */
  /** Clears what the links to WhatsApp keep of these people. @throws AppError "unavailable". */
  forgetContacts(businessId: BusinessId, people: NonNullable<ErasureTodo["people"]>): Promise<void>;
  provider: { deleteCall(callSid: CallSid): Promise<void>; deleteMessage(messageSid: string): Promise<void> };
}

const ofErasure = z.object({ erasureId: z.uuid() });
const ofFiles = z.object({ files: z.array(z.string()) });
const nothing: ErasureTodo = { files: [], recordingIds: [], callSids: [] };

/** The handlers of all queues of this folder, for the job runner. */
export const privacyJobHandlers = (deps: PrivacyJobDeps): Record<string, JobHandler> => ({
  [erasureQueue]: finishErasure(deps),
  [removedFilesQueue]: async ({ businessId, payload }) =>
    removeFiles(deps.storageDir, businessId, ofFiles.parse(payload).files),
});

/** Each step may be done again: a crash in between costs nothing but the work. */
function finishErasure({ db, storageDir, provider, forgetContacts }: PrivacyJobDeps): JobHandler {
  return async ({ businessId, payload }) => {
    const read = ofErasure.safeParse(payload);
    if (!businessId || !read.success) throw new AppError("bug", "a job of another queue");
    const { erasureId } = read.data;
    const todo = await load(db, businessId, erasureId);
    if (todo === null) return;
    await removeFiles(storageDir, businessId, todo.files);
    for (const callSid of todo.callSids) await forget(() => provider.deleteCall(callSid as CallSid));
    for (const messageSid of todo.messageSids ?? []) await forget(() => provider.deleteMessage(messageSid));
    await forgetContacts(businessId, todo.people ?? []);
    await requireRecordingsGone(db, businessId, todo.recordingIds);
    await finish(db, businessId, erasureId);
  };
}

async function removeFiles(storageDir: string, businessId: BusinessId | null, files: readonly string[]): Promise<void> {
  const paths = files.map((file) => ownFile(storageDir, businessId, file)); // all of them first: nothing half done
  for (const path of paths) await rm(path, { force: true });
}

/** Whatever the provider says, it is asked again until it is done (`limits.jobWaitMs`, then it is an alarm). */
async function forget(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (cause) {
    throw new AppError("unavailable", "the provider still has something of them", { cause });
  }
}

const patient = { deadlineMs: limits.jobQueryMs };

/** Null when it is finished. */
function load(db: Database, businessId: BusinessId, id: string): Promise<ErasureTodo | null> {
  return withTenant(
    db,
    businessId,
    async (tx) => {
      const open = and(eq(erasures.businessId, businessId), eq(erasures.id, id), isNull(erasures.finishedAt));
      const [row] = await tx.select({ todo: erasures.todo }).from(erasures).where(open);
      return row?.todo ?? null;
    },
    patient,
  );
}

async function requireRecordingsGone(db: Database, businessId: BusinessId, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const left = await withTenant(
    db,
    businessId,
    (tx) =>
      tx
        .select({ id: recordings.id })
        .from(recordings)
        .where(
          and(
            eq(recordings.businessId, businessId),
            inArray(recordings.id, [...ids]),
            ne(recordings.status, "deleted"),
          ),
        ),
    patient,
  );
  if (left.length > 0) throw new AppError("unavailable", `${left.length} recordings are still to be deleted`);
}

function finish(db: Database, businessId: BusinessId, id: string): Promise<void> {
  return withTenant(
    db,
    businessId,
    async (tx) => {
      const [done] = await tx
        .update(erasures)
        .set({ todo: nothing, finishedAt: Temporal.Now.instant() })
        .where(and(eq(erasures.businessId, businessId), eq(erasures.id, id), isNull(erasures.finishedAt)))
        .returning({ customerId: erasures.customerId });
      if (!done) return;
      const act = { action: "customer.erased", subject: `customer:${done.customerId}`, detail: { erasure: id } };
      await audit({ businessId, actor: { kind: "system" }, tx }, act);
    },
    patient,
  );
}
