import { sql } from "drizzle-orm";
import { type BusinessId, parseBusinessId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";

/** A job that this process may run until its lease ends. */
export interface ClaimedJob {
  id: string;
  businessId: BusinessId | null;
  queue: string;
  lane: string | null;
  payload: unknown;
  /** 1 = the first try. */
  attempt: number;
  maxAttempts: number;
  /** Tries that were given back because a dependency was away. */
  waits: number;
  createdAt: Temporal.Instant;
}

/** Job statements wait longer than a page does, each of them: then they throw AppError "unavailable". */
const patient = { deadlineMs: limits.jobQueryMs };

/**
 * Takes up to `count` jobs that are due, of all businesses but the `full` ones. Within a queue and lane only the oldest
 * unfinished job can be taken, also when it waits for its next try: order is kept, other lanes go on. Dead jobs hold nobody up.
 */
export function claimJobs(
  db: Database,
  owner: string,
  queues: readonly string[],
  count: number,
  full: readonly BusinessId[] = [],
): Promise<ClaimedJob[]> {
  const list = (names: readonly string[]) =>
    sql.join(
      names.map((name) => sql`${name}`),
      sql`, `,
    );
  const notFull = full.length === 0 ? sql`` : sql`and (business_id is null or business_id not in (${list(full)}))`;
  return withSystem(
    db,
    async (tx) => {
      const rows = await tx.execute<Record<string, unknown>>(sql`
        update jobs set state = 'busy', owner = ${owner}, attempt = attempt + 1,
          lease_until = now() + make_interval(secs => ${limits.jobLeaseMs / 1_000})
        where id in (
          select id from jobs job
          where state = 'ready' and run_at <= now() and queue in (${list(queues)}) ${notFull}
            and (lane is null or not exists (
              select from jobs earlier where earlier.queue = job.queue and earlier.lane = job.lane
                and earlier.state <> 'dead' and earlier.id < job.id))
          order by run_at, id limit ${count} for update skip locked)
        returning id, business_id, queue, lane, payload, attempt, max_attempts, waits, created_at`);
      return rows.map(toJob);
    },
    patient,
  );
}

/** Keeps the leases of jobs that still run. Returns those that are still ours: the others were given away. */
export function renewLeases(db: Database, owner: string, ids: readonly string[]): Promise<string[]> {
  return withSystem(
    db,
    async (tx) => {
      const rows = await tx.execute<{ id: string }>(sql`
        update jobs set lease_until = now() + make_interval(secs => ${limits.jobLeaseMs / 1_000})
        where owner = ${owner} and state = 'busy' and id in (${sql.join(
          ids.map((id) => sql`${id}`),
          sql`, `,
        )})
        returning id`);
      return rows.map((row) => row.id);
    },
    patient,
  );
}

/** A done job is deleted. False when the lease was lost: somebody else runs it again. */
export function completeJob(db: Database, owner: string, id: string): Promise<boolean> {
  return changed(db, sql`delete from jobs where id = ${id} and owner = ${owner} and state = 'busy' returning id`);
}

export interface Retry {
  delayMs: number;
  error: string;
  /** False = nobody's fault (a dependency was away): the try is given back and counted as a wait. */
  counts: boolean;
}

/** Back to the queue for another try. */
export function retryJob(db: Database, owner: string, id: string, { delayMs, error, counts }: Retry): Promise<boolean> {
  return changed(
    db,
    sql`update jobs set state = 'ready', owner = null, lease_until = null, error = ${error},
          attempt = attempt - ${counts ? 0 : 1}, waits = waits + ${counts ? 0 : 1},
          run_at = now() + make_interval(secs => ${delayMs / 1_000})
        where id = ${id} and owner = ${owner} and state = 'busy' returning id`,
  );
}

/** Given up. The row stays as the dead letter; its lane goes on. */
export function buryJob(db: Database, owner: string, id: string, error: string): Promise<boolean> {
  return changed(
    db,
    sql`update jobs set state = 'dead', owner = null, lease_until = null, error = ${error}
        where id = ${id} and owner = ${owner} and state = 'busy' returning id`,
  );
}

export interface Rescued {
  id: string;
  queue: string;
  dead: boolean;
}

/** Frees jobs whose lease ran out because their process died. One that keeps killing its process runs out of tries here. */
export function rescueJobs(db: Database): Promise<Rescued[]> {
  return withSystem(
    db,
    async (tx) => {
      const rows = await tx.execute<{ id: string; queue: string; state: string }>(sql`
        update jobs set owner = null, lease_until = null, error = 'its process ended while it ran',
          state = case when attempt >= max_attempts then 'dead' else 'ready' end
        where id in (select id from jobs where state = 'busy' and lease_until < now() for update skip locked)
        returning id, queue, state`);
      return rows.map(({ id, queue, state }) => ({ id, queue, dead: state === "dead" }));
    },
    patient,
  );
}

async function changed(db: Database, statement: ReturnType<typeof sql>): Promise<boolean> {
  return withSystem(db, async (tx) => (await tx.execute(statement)).length > 0, patient);
}

function toJob(row: Record<string, unknown>): ClaimedJob {
  const { id, business_id: business, queue, lane, payload, attempt, max_attempts: maxAttempts, waits } = row;
  return {
    id: String(id),
    businessId: typeof business === "string" ? parseBusinessId(business) : null,
    queue: String(queue),
    lane: typeof lane === "string" ? lane : null,
    payload,
    attempt: Number(attempt),
    maxAttempts: Number(maxAttempts),
    waits: Number(waits),
    createdAt: Temporal.Instant.from(String(row.created_at)),
  };
}
