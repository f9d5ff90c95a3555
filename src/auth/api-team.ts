import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { idParam, json } from "../api/input.ts";
import { instantText } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inSystem } from "../api/tenant.ts";
import type { Clock } from "../base/clock.ts";
import type { UserId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { type IssuedLink, linkAddress } from "./links.ts";
import {
  changeMember,
  inviteMember,
  linkMember,
  listColleagues,
  listTeam,
  memberChange,
  newMember,
  type ReleaseWork,
  removeMember,
} from "./team.ts";

const tag = "team";
const member = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(["owner", "agent", "system_admin"]),
  status: z.enum(["active", "disabled"]),
  hasPassword: z.boolean(),
  lastLoginAt: instantText.nullable(),
  createdAt: instantText,
});
const colleagues = z.object({ items: z.array(z.object({ id: z.uuid(), name: z.string() })) });
/** To hand over: we send no mail. */
export const linkAnswer = z.object({ link: z.url(), purpose: z.enum(["invite", "reset"]), expiresAt: instantText });

export interface TeamApiDeps {
  db: Database;
  clock: Clock;
  publicBaseUrl: () => string;
  releaseWork: ReleaseWork;
}

export const shownLink = (publicBaseUrl: string, { token, purpose, expiresAt }: IssuedLink) => ({
  link: linkAddress(publicBaseUrl, token),
  purpose,
  expiresAt,
});

/** `/api/team`: the people of the business. */
export const createTeamApi = ({ db, clock, publicBaseUrl, releaseWork }: TeamApiDeps) =>
  new Hono<ApiEnv>()
    .get(
      "/api/team",
      route({ summary: "People of the business", tag, access: "owner", answer: z.object({ items: z.array(member) }) }),
      async (c) => c.json({ items: await inSystem(db, c, listTeam) }),
    )
    .get(
      "/api/team/names",
      route({ summary: "Whom work can be given to", tag, access: "staff", answer: colleagues }),
      async (c) => c.json({ items: await inSystem(db, c, listColleagues) }),
    )
    .post(
      "/api/team",
      route({ summary: "Invite by link", tag, access: "owner", answer: linkAnswer.extend({ member }), status: 201 }),
      json(newMember),
      async (c) => {
        const now = clock.instant();
        assertFresh(c, now);
        const { member, link } = await inSystem(db, c, (ctx) => inviteMember(ctx, c.req.valid("json"), now));
        return c.json({ member, ...shownLink(publicBaseUrl(), link) }, 201);
      },
    )
    .post(
      "/api/team/:id/link",
      route({ summary: "A new link; the one before is dead", tag, access: "owner", answer: linkAnswer }),
      idParam(),
      async (c) => {
        const now = clock.instant();
        assertFresh(c, now);
        const link = await inSystem(db, c, (ctx) => linkMember(ctx, c.req.valid("param").id as UserId, now));
        return c.json(shownLink(publicBaseUrl(), link));
      },
    )
    .patch(
      "/api/team/:id",
      route({ summary: "Name, role, or shut out", tag, access: "owner", answer: member }),
      idParam(),
      json(memberChange),
      async (c) => {
        assertFresh(c, clock.instant());
        const { id } = c.req.valid("param");
        return c.json(await inSystem(db, c, (ctx) => changeMember(ctx, id as UserId, c.req.valid("json"))));
      },
    )
    .delete(
      "/api/team/:id",
      route({ summary: "Remove; their sessions end, their work is nobody's", tag, access: "owner" }),
      idParam(),
      async (c) => {
        assertFresh(c, clock.instant());
        await inSystem(db, c, (ctx) => removeMember(ctx, c.req.valid("param").id as UserId, releaseWork));
        return c.body(null, 204);
      },
    );
