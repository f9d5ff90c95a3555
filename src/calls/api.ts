import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import { idParam, query } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant, tenantOf } from "../api/tenant.ts";
import type { CallId, CustomerId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import type { Database } from "../db/client.ts";
import type { TracePlot } from "../live-call/vad/trace-plot.ts";
import { spanOfDates, zoneOf } from "../tenants/zone.ts";
import { recordingRoutes } from "./api-recordings.ts";
import * as shape from "./api-shapes.ts";
import { type LiveCalls, listLive } from "./live-calls.ts";
import { listCalls, readCall, readTraceOf } from "./queries.ts";
import type { SoundStore } from "./sound-store.ts";

export interface CallsApiDeps {
  db: Database;
  sounds: SoundStore;
  live: LiveCalls;
  tracePlot(trace: Uint8Array): TracePlot;
}

const tag = "calls";

/** `/api/calls`: the call log, replay and what is going on now (V15, V23). */
export function createCallsApi({ db, sounds, live, tracePlot }: CallsApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      "/api/calls",
      route({ summary: "The call log, newest first", tag, access: "staff", answer: shape.callPage }),
      query(shape.callQuery),
      async (c) => {
        const { limit, cursor, from, to, reason, customerId, ...filter } = c.req.valid("query");
        const page = await inTenant(db, c, async (ctx) => {
          const zone = await zoneOf(ctx);
          const wanted = { ...filter, ...spanOfDates(zone, { from, to }), endReasons: reason };
          const found = await listCalls(ctx, {
            limit,
            before: cursor,
            filter: { ...wanted, customerId: customerId as CustomerId | undefined },
          });
          return { items: found.calls.map((call) => dated(call, zone)), next: found.next };
        });
        return c.json(page);
      },
    )
    .get(
      "/api/calls/live",
      route({ summary: "Calls that are going on", tag, access: "staff", answer: shape.liveCalls }),
      async (c) => c.json({ items: await inTenant(db, c, (ctx) => listLive(ctx, live.glance(tenantOf(c)))) }),
    )
    .get(
      "/api/calls/:id",
      route({ summary: "One call: what was said and what happened", tag, access: "staff", answer: shape.callDetail }),
      idParam(),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) =>
            dated(await readCall(ctx, callIdOf(c.req.valid("param"))), await zoneOf(ctx)),
          ),
        ),
    )
    .get(
      "/api/calls/:id/trace",
      route({ summary: "What the detector heard and decided, per 100 ms", tag, access: "staff", answer: shape.trace }),
      idParam(),
      async (c) => {
        const trace = await inTenant(db, c, (ctx) => readTraceOf(ctx, callIdOf(c.req.valid("param"))));
        return c.json(tracePlot(trace ?? new Uint8Array(0)));
      },
    )
    .route("/", recordingRoutes({ db, sounds }));
}

const callIdOf = ({ id }: { id: string }): CallId => id as CallId;

const dated = <T extends { startedAt: Temporal.Instant }>(call: T, zone: string) => ({
  ...call,
  startedLocal: localTime(call.startedAt, zone),
});
