import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { BusinessId, UserId } from "../../base/ids.ts";
import { businesses } from "./business.ts";
import { createdAt, instant } from "./columns.ts";

/** What a person may do. `system_admin` runs the installation, `owner` a business, `agent` works in one. */
export type Role = "system_admin" | "owner" | "agent";
/** `disabled` = may not log in; what they did stays theirs. */
export type UserStatus = "active" | "disabled";

/** People who log in. What a business may see of its own; passwords and sessions stand apart, out of its reach. */
export const users = pgTable(
  "users",
  {
    id: uuid("id").$type<UserId>().primaryKey(),
    /** Null = runs the installation and belongs to no business. */
    businessId: uuid("business_id")
      .$type<BusinessId>()
      .references(() => businesses.id, { onDelete: "cascade" }),
    /** Lower case; the name to log in with, one person each in the whole installation. */
    email: text("email").notNull(),
    name: text("name").notNull(),
    role: text("role").$type<Role>().notNull(),
    status: text("status").$type<UserStatus>().notNull().default("active"),
    lastLoginAt: instant("last_login_at"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("users_email").on(table.email),
    unique("users_tenant_id").on(table.businessId, table.id),
    check("users_email_lower", sql`${table.email} = lower(${table.email})`),
    check("users_role", sql`${table.role} in ('system_admin', 'owner', 'agent')`),
    check("users_status", sql`${table.status} in ('active', 'disabled')`),
    check("users_tenant", sql`(${table.role} = 'system_admin') = (${table.businessId} is null)`),
  ],
);

const userId = () =>
  uuid("user_id")
    .$type<UserId>()
    .notNull()
    .references(() => users.id, { onDelete: "cascade" });

// The tables below have no `business_id`, so the role that serves businesses has no rights on them at all.

/** Absent until the person has chosen one. */
export const userPasswords = pgTable("user_passwords", {
  userId: userId().primaryKey(),
  /** argon2id, with its parameters and salt inside. */
  hash: text("hash").notNull(),
  changedAt: instant("changed_at").notNull(),
});

/** One row per browser that is logged in. */
export const sessions = pgTable(
  "sessions",
  {
    /** SHA-256 of the cookie's value, base64url: a copy of the table opens nothing. */
    key: text("key").primaryKey(),
    userId: userId(),
    /** The business that a system_admin has entered; null = none (S3: there is no other flag). */
    impersonatedTenantId: uuid("impersonated_tenant_id")
      .$type<BusinessId>()
      .references(() => businesses.id, { onDelete: "cascade" }),
    /** When the person last gave the password: sensitive acts want it fresh (K7). */
    confirmedAt: instant("confirmed_at").notNull(),
    /** Last request, to within `limits.sessionTouchMs`. */
    seenAt: instant("seen_at").notNull(),
    /** The end whatever happens; a new id for the same login keeps it. */
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("sessions_user").on(table.userId), index("sessions_expiry").on(table.expiresAt)],
);

/** `invite` = the first password of a new person, `reset` = another one. */
export type LinkPurpose = "invite" | "reset";

/** Links that let a person choose a password, once. Whoever made one hands it over: we send no mail. */
export const accountLinks = pgTable(
  "account_links",
  {
    /** SHA-256 of the link's token, base64url. */
    key: text("key").primaryKey(),
    userId: userId(),
    purpose: text("purpose").$type<LinkPurpose>().notNull(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("account_links_user").on(table.userId),
    check("account_links_purpose", sql`${table.purpose} in ('invite', 'reset')`),
  ],
);

/** How often something was tried in the window that began at `since`; shared by all processes (K12). */
export const throttles = pgTable(
  "throttles",
  {
    /** SHA-256 over what is counted and for whom: no addresses and no names. */
    key: text("key").primaryKey(),
    since: instant("since").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [index("throttles_since").on(table.since)],
);
