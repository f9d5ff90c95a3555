import { issueLink, linkAddress } from "../auth/links.ts";
import { addUser, findUser, listUsers } from "../auth/users.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId, UserId } from "../base/ids.ts";
import type { Tx } from "../db/client.ts";
import type { Role } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { audit } from "../tenants/audit.ts";
import { readBusiness, readChoice, readText } from "./read.ts";
import { readInstallation, readOptions, verbs, visit } from "./visit.ts";

/** Who may log in. Nobody gets a password from here: a link lets them choose one. */
export const run = verbs("user", { add, list, link });

const roles = ["system_admin", "owner", "agent"] as const satisfies readonly Role[];

function list(args: string[]): Promise<unknown> {
  readOptions(args, []);
  return visit(listUsers);
}

function add(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["email", "name", "role", "business"]);
  const email = readText("email", options.email);
  const name = readText("name", options.name);
  const role = readChoice("role", options.role, roles);
  if (role === undefined) throw new AppError("invalid", `--role is missing: ${roles.join(", ")}`);
  const businessId = role === "system_admin" && options.business === undefined ? null : readBusiness(options.business);
  return visit((db) =>
    withSystem(db, async (tx) => {
      const id = await addUser(tx, { email, name, role, businessId });
      return { id, ...(await linkFor(tx, id, businessId)) };
    }),
  );
}

/** A new link: the first password, or another one. The one before is dead. */
function link(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["email"]);
  const email = readText("email", options.email);
  return visit((db) =>
    withSystem(db, async (tx) => {
      const user = await findUser(tx, email);
      return linkFor(tx, user.id, user.businessId);
    }),
  );
}

async function linkFor(tx: Tx, userId: UserId, businessId: BusinessId | null) {
  const { http } = readInstallation();
  const { token, purpose, expiresAt } = await issueLink(tx, userId, systemClock.instant());
  const actor = { kind: "staff", userId: null, name: "operator" } as const;
  await audit({ tx, businessId, actor }, { action: `user.${purpose}`, subject: `user:${userId}` });
  return { link: linkAddress(http.publicBaseUrl ?? `http://127.0.0.1:${http.port}`, token), expiresAt };
}
