import type { Context, MiddlewareHandler } from "hono";
import { describeRoute, resolver, uniqueSymbol } from "hono-openapi";
import type { z } from "zod";
import { AppError } from "../base/errors.ts";
import type { UserId } from "../base/ids.ts";
import type { Role } from "../db/schema/user.ts";
import type { Access, ApiEnv } from "./env.ts";

/**
 * Who may call a route: `public` anybody, `user` whoever is logged in, `staff` anybody of the tenant, `owner` its owner
 * (and a system_admin inside it), `admin` a system_admin.
 */
export type RouteAccess = "public" | "user" | "staff" | "owner" | "admin";

export interface RouteSpec {
  summary: string;
  /** Area, for the reference page. */
  tag: string;
  access: RouteAccess;
  /** True for what belongs to a person with a session: an API key is nobody and is refused. */
  person?: true;
  /** Content type of a body that is no JSON: its bytes are taken as they come. */
  takes?: string;
  /** Schema of the answer's body; absent = no body. */
  answer?: z.ZodType;
  /** Default: 200, or 204 without a body. */
  status?: 200 | 201 | 202 | 204;
  /** Content type of an answer that is no JSON, such as "text/csv". */
  media?: string;
}

/** First handler of every API route: describes it for the OpenAPI document and refuses whoever may not call it. */
export function route(spec: RouteSpec): MiddlewareHandler<ApiEnv> {
  const refuse: MiddlewareHandler<ApiEnv> = async (c, next) => {
    admit(spec.access, c.get("access"));
    if (spec.person && c.get("session") === undefined) throw onlyForPeople();
    await next();
  };
  const described = describeRoute(openApi(spec)) as MiddlewareHandler & Record<typeof uniqueSymbol, unknown>;
  return Object.assign(refuse, { [uniqueSymbol]: described[uniqueSymbol] });
}

/** Name under which the OpenAPI document says who may call an operation. */
const accessExtension = "x-access";
/** And that no API key may. */
const personExtension = "x-person";

const bytes = (media: string) => ({ [media]: { schema: { type: "string" as const } } });

function openApi({ summary, tag, access, person, takes, answer, status = answer ? 200 : 204, media }: RouteSpec) {
  const content = answer
    ? { "application/json": { schema: resolver(answer) } }
    : media === undefined
      ? undefined
      : bytes(media);
  return {
    summary,
    tags: [tag],
    [accessExtension]: access,
    ...(person ? { [personExtension]: true } : {}),
    ...(takes === undefined ? {} : { requestBody: { required: true, content: bytes(takes) } }),
    ...(access === "public" ? { security: [] } : {}),
    responses: { [media === undefined ? status : 200]: { description: summary, ...(content ? { content } : {}) } },
  };
}

const rank: Record<Role, number> = { agent: 0, owner: 1, system_admin: 2 };
const leastRole: Record<RouteAccess, Role> = {
  public: "agent",
  user: "agent",
  staff: "agent",
  owner: "owner",
  admin: "system_admin",
};

/** @throws AppError "unauthenticated" without a login, "forbidden" with one that is not enough. */
function admit(wanted: RouteAccess, access: Access | undefined): void {
  if (wanted === "public") return;
  if (!access) throw new AppError("unauthenticated", "no session and no key");
  if (rank[access.role] < rank[leastRole[wanted]]) throw new AppError("forbidden", `needs ${leastRole[wanted]}`);
  if ((wanted === "staff" || wanted === "owner") && access.businessId === null)
    throw new AppError("forbidden", "no business is chosen", { public: "no_business" });
}

/** Who asks; only behind `route` with another access than "public". @throws AppError "unauthenticated". */
export function accessOf(c: Context<ApiEnv>): Access {
  const access = c.get("access");
  if (!access) throw new AppError("unauthenticated", "no session and no key");
  return access;
}

/** The person who asks; for routes with `person`. @throws AppError "forbidden" for a key, which is nobody. */
export function personOf(c: Context<ApiEnv>): UserId {
  const { userId } = accessOf(c);
  if (userId === null) throw onlyForPeople();
  return userId;
}

const onlyForPeople = () => new AppError("forbidden", "only for a person with a session", { public: "needs_session" });
