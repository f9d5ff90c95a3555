import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { idParam, json, query } from "../api/input.ts";
import { instantText, pageOf, pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { askerOf } from "../api/tenant.ts";
import { linkAnswer, shownLink } from "../auth/api-team.ts";
import type { Clock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { auditQuery, auditRow } from "../tenants/api-audit.ts";
import { businessChange } from "../tenants/business.ts";
import { listAudit } from "../tenants/list-audit.ts";
import { spanOfDates } from "../tenants/zone.ts";
import { usageAnswer, usageRange, usageSpan } from "../usage/api.ts";
import { usageReport } from "../usage/report.ts";
import { type ProcessState, readJobs } from "./health.ts";
import { listOffices, newOffice, openOffice, setOfficeStatus } from "./offices.ts";

export interface AdminApiDeps {
  db: Database;
  clock: Clock;
  publicBaseUrl: () => string;
  usdIlsRate: number;
  state(): ProcessState;
}

const tag = "admin";
const status = z.enum(["active", "suspended"]);
const office = z.object({
  id: z.uuid(),
  name: z.string(),
  timezone: z.string(),
  city: z.string().nullable(),
  status,
  createdAt: instantText,
  phones: z.array(z.string()),
  people: z.int(),
  openTasks: z.int(),
  /** Of the last 30 days, test calls from the panel aside. */
  calls: z.int(),
  failedCalls: z.int(),
  lastCallAt: instantText.nullable(),
});
const officeQuery = pageQuery.extend({ text: z.string().trim().min(1).max(100).optional(), status: status.optional() });
const opened = z.object({ businessId: z.uuid(), invitation: linkAnswer.nullable() });
const everyRow = auditRow.extend({ businessId: z.uuid().nullable() });
const health = z.object({
  process: z.object({
    version: z.string(),
    liveCalls: z.int(),
    draining: z.boolean(),
    panels: z.int(),
    upSeconds: z.int(),
    memoryMb: z.int(),
  }),
  jobs: z.object({
    waiting: z.int(),
    planned: z.int(),
    running: z.int(),
    dead: z.int(),
    oldestWaitSeconds: z.int(),
    givenUp: z.array(
      z.object({
        id: z.uuid(),
        businessId: z.uuid().nullable(),
        queue: z.string(),
        error: z.string().nullable(),
        createdAt: instantText,
      }),
    ),
  }),
});

/** Whose days are meant: an installation has businesses in several zones, so whoever asks names a zone. */
const ofZone = { zone: businessChange.shape.timezone.default("UTC") };

/** `/api/admin`: the whole installation, for whoever runs it. */
export const createAdminApi = (deps: AdminApiDeps) =>
  new Hono<ApiEnv>().route("/", officeRoutes(deps)).route("/", overviewRoutes(deps));

const officeRoutes = ({ db, clock, publicBaseUrl }: AdminApiDeps) =>
  new Hono<ApiEnv>()
    .get(
      "/api/admin/businesses",
      route({ summary: "All businesses, newest first", tag, access: "admin", answer: pageOf(office) }),
      query(officeQuery),
      async (c) => c.json(await withSystem(db, (tx) => listOffices(tx, c.req.valid("query"), clock.instant()))),
    )
    .post(
      "/api/admin/businesses",
      route({ summary: "Open a business and invite its owner", tag, access: "admin", answer: opened, status: 201 }),
      json(newOffice),
      async (c) => {
        const now = clock.instant();
        assertFresh(c, now);
        const made = await withSystem(db, (tx) => openOffice({ ...askerOf(c), tx }, c.req.valid("json"), now));
        const invitation = made.link && shownLink(publicBaseUrl(), made.link);
        return c.json({ businessId: made.businessId, invitation }, 201);
      },
    )
    .post(
      "/api/admin/businesses/:id/status",
      route({ summary: "Suspend or activate", tag, access: "admin" }),
      idParam(),
      json(z.strictObject({ status })),
      async (c) => {
        assertFresh(c, clock.instant());
        const businessId = c.req.valid("param").id as BusinessId;
        const wanted = c.req.valid("json").status;
        await withSystem(db, (tx) => setOfficeStatus({ ...askerOf(c), businessId, tx }, wanted));
        return c.body(null, 204);
      },
    );

const overviewRoutes = ({ db, usdIlsRate, state }: AdminApiDeps) =>
  new Hono<ApiEnv>()
    .get(
      "/api/admin/usage",
      route({ summary: "What every business used, by the days of a zone", tag, access: "admin", answer: usageAnswer }),
      query(usageRange.extend(ofZone)),
      async (c) => {
        const { zone, ...range } = c.req.valid("query");
        const span = usageSpan(zone, range);
        const deadlineMs = limits.jobQueryMs;
        return c.json(
          await withSystem(db, (tx) => usageReport({ tx, businessId: "all" }, "business", span, usdIlsRate), {
            deadlineMs,
          }),
        );
      },
    )
    .get(
      "/api/admin/audit",
      route({ summary: "Who did what, anywhere", tag, access: "admin", answer: pageOf(everyRow) }),
      query(auditQuery.extend({ businessId: z.uuid().optional(), ...ofZone })),
      async (c) => {
        const { limit, cursor, from, to, zone, businessId, ...rest } = c.req.valid("query");
        const filter = {
          ...rest,
          ...spanOfDates(zone, { from, to }),
          businessId: businessId as BusinessId | undefined,
        };
        return c.json(await withSystem(db, (tx) => listAudit(tx, filter, { limit, cursor })));
      },
    )
    .get(
      "/api/admin/health",
      route({ summary: "How the process and its work are", tag, access: "admin", answer: health }),
      async (c) => c.json({ process: state(), jobs: await withSystem(db, readJobs) }),
    );
