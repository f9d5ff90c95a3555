import type { BusinessId, UserId } from "../base/ids.ts";
import type { Role } from "../db/schema/user.ts";

/** Who asks, and for which business: settled once per request by http/guard. */
export interface Access {
  readonly via: "session" | "api_key";
  /** Null for an API key, which belongs to a business and not to a person. */
  readonly userId: UserId | null;
  /** A person's name, or the key's. */
  readonly name: string;
  readonly role: Role;
  /** Tenant of the request (S2): the impersonated business, else the user's own; null for a system_admin of none. */
  readonly businessId: BusinessId | null;
  readonly impersonating: boolean;
  /** A key that may look and not touch. */
  readonly readOnly?: boolean;
}

/** The session behind the request's cookie. */
export interface SessionRef {
  /** As it stands in the table. */
  readonly key: string;
  /** When the person last gave the password. */
  readonly confirmedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
}

/** What every `api.ts` finds in its context. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    /** Absent when nobody is logged in: only routes with `access: "public"` run then. */
    access?: Access;
    /** Absent without a session, so also behind an API key. */
    session?: SessionRef;
  };
}
