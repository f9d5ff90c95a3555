import { issueLink } from "../../src/auth/links.ts";
import { addUser } from "../../src/auth/users.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { BusinessId } from "../../src/base/ids.ts";
import type { Phone } from "../../src/base/phone.ts";
import { withSystem } from "../../src/db/tenant.ts";
import { openStage, type Stage, type StageOptions } from "../../src/e2e/testing/stage.ts";
import type { Role } from "../session.ts";

interface Cookie {
  name: string;
  value: string;
  url: string;
  httpOnly: boolean;
}

/** The running product with one business and one person of each role, for the tests of the panel. */
export interface Office {
  readonly stage: Stage;
  readonly businessId: BusinessId;
  /** Cookies of that person's login, as a browser holds them: one login until it ends, for choosing a password ends those before. */
  logIn(role: Role): Promise<Cookie[]>;
  /** A link by which that person chooses a password. */
  linkFor(role: Role): Promise<string>;
  stop(): Promise<void>;
}

export const people: Readonly<Record<Role, { email: string; name: string }>> = {
  owner: { email: "dana@example.co.il", name: "דנה לוי" },
  agent: { email: "yossi@example.co.il", name: "יוסי אברהמי" },
  system_admin: { email: "admin@example.co.il", name: "רותם שגיא" },
};

export const password = "סיסמה ארוכה מאוד לבדיקות";

export async function openOffice(options: StageOptions = {}): Promise<Office> {
  // One login does in a minute what an office does in an hour: the usual 300 requests would run out.
  const environment = { API_REQUESTS_PER_MINUTE: "100000", ...options.environment };
  const stage = await openStage({ ...options, environment });
  const businessId = await stage.addBusiness({
    name: "נדל״ן השרון",
    phone: "+97235550100" as Phone,
    greeting: "שלום, הגעתם ל{{business_name}}. איך אפשר לעזור?",
  });
  const ids = new Map<Role, Promise<string>>();
  const idOf = (role: Role): Promise<string> => {
    const known = ids.get(role);
    if (known !== undefined) return known;
    const business = role === "system_admin" ? null : businessId;
    const made = withSystem(stage.db, (tx) => addUser(tx, { ...people[role], role, businessId: business }));
    ids.set(role, made);
    return made;
  };
  const tokenFor = async (role: Role): Promise<string> => {
    const id = await idOf(role);
    return withSystem(stage.db, async (tx) => (await issueLink(tx, id as never, systemClock.instant())).token);
  };
  const begin = async (role: Role): Promise<Cookie[]> => {
    const token = await tokenFor(role);
    const stranger = await fetch(`${stage.listensAt}/api/auth/csrf`);
    const { csrf } = (await stranger.json()) as { csrf: string };
    const accepted = await fetch(`${stage.listensAt}/api/auth/link/accept`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRF-Token": csrf,
        Cookie: `csrf=${csrf}`,
        Origin: stage.url,
      },
      body: JSON.stringify({ token, password }),
    });
    if (!accepted.ok) throw new Error(`${role} could not log in: ${accepted.status} ${await accepted.text()}`);
    return accepted.headers.getSetCookie().map((line) => {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      return { name, value: decodeURIComponent(value), url: stage.listensAt, httpOnly: /httponly/i.test(line) };
    });
  };
  /** Not ended, and not inside of somebody else's business. */
  const isAsBegun = async (cookies: readonly Cookie[]): Promise<boolean> => {
    const headers = { Cookie: cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("; ") };
    const me = await fetch(`${stage.listensAt}/api/auth/me`, { headers });
    return me.ok && !((await me.json()) as { impersonating: boolean }).impersonating;
  };
  const logins = new Map<Role, Promise<Cookie[]>>();
  return {
    stage,
    businessId,
    linkFor: async (role) => `${stage.listensAt}/welcome#${await tokenFor(role)}`,
    async logIn(role) {
      const last = logins.get(role);
      if (last !== undefined && (await isAsBegun(await last))) return last;
      const made = begin(role);
      logins.set(role, made);
      return made;
    },
    stop: () => stage.stop(),
  };
}
