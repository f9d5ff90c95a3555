import { tmpdir } from "node:os";
import { Hono } from "hono";
import type { ApiEnv } from "../../api/env.ts";
import type { Sessions } from "../../auth/session-cache.ts";
import { readSession } from "../../auth/sessions.ts";
import { addUser } from "../../auth/users.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { type BusinessId, newId, type UserId } from "../../base/ids.ts";
import { silentLog } from "../../base/log.ts";
import { createRestCalendars } from "../../calendar/rest.ts";
import { createSoundStore } from "../../calls/sound-store.ts";
import type { Database } from "../../db/client.ts";
import { type Role, userPasswords } from "../../db/schema/user.ts";
import { withSystem } from "../../db/tenant.ts";
import { errorHandler } from "../../http/errors.ts";
import { requestLog } from "../../http/request-log.ts";
import { securityHeaders } from "../../http/security-headers.ts";
import type { LiveHub } from "../../notify/live.ts";
import { createCustomerNews } from "../../whatsapp/tell-customer.ts";
import { createApi } from "../api.ts";

export const password = "a long enough password";
let made = 0;

/** A person with the password above; its hash is made weak, tests make many. */
export async function addPerson(
  db: Database,
  role: Role,
  businessId: BusinessId | null = null,
): Promise<{ id: UserId; email: string }> {
  const email = `person-${++made}-${role}@example.com`;
  const hash = await Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 8, timeCost: 1 });
  const id = await withSystem(db, async (tx) => {
    const userId = await addUser(tx, { email, name: `${role} ${made}`, role, businessId });
    await tx.insert(userPasswords).values({ userId, hash, changedAt: systemClock.instant() });
    return userId;
  });
  return { id, email };
}

/** Asks the database every time. */
const readEverySession = (db: Database, clock: Clock): Sessions => ({
  read: (token) => readSession(db, token, clock.instant()),
  forget: () => {},
  close: async () => {},
});

/** The API on this database, as browsers reach it under `publicBaseUrl`. */
export function testApi(
  db: Database,
  publicBaseUrl = "http://127.0.0.1:3000",
  clock = systemClock,
  hub = { latest: "" } as LiveHub,
  sessions = readEverySession(db, clock),
): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.onError(errorHandler(silentLog));
  app.use(
    ...requestLog(silentLog, clock),
    securityHeaders(() => publicBaseUrl),
  );
  const areas = {
    storageDir: tmpdir(),
    sounds: createSoundStore(tmpdir()),
    restCalendars: createRestCalendars(),
    live: { glance: () => [] },
    testCalls: { begin: async () => ({ callId: newId(), callSid: "CA", streamSid: "MZ", token: "t" }) } as never,
    hub,
    push: async () => "sent" as const,
    pushKey: "",
    owners: {
      db,
      clock,
      log: silentLog,
      publicBaseUrl: () => publicBaseUrl,
      byWhatsapp: async () => "sent",
      byMail: null,
    },
    sessions,
    whatsapp: {
      db,
      clock,
      storageDir: tmpdir(),
      defaultProvider: "baileys" as const,
      desk: { sending: () => null, takenOver: () => {} },
    },
    uploads: ["/api/whatsapp/send-media"],
    customerNews: createCustomerNews({ clock, defaultProvider: "baileys", windowMs: { baileys: null, twilio: null } }),
    hasModel: false,
    usdIlsRate: 3.7,
    state: () => ({ version: "0", liveCalls: 0, draining: false, panels: 0, upSeconds: 0, memoryMb: 0 }),
    requestsPerMinute: 100_000,
    readCode: async () => {},
    phoneNumbers: {
      numbers: { hasAccount: false, find: async () => null, point: async () => {} },
      knock: async () => null,
      senderOf: async () => null,
    },
  };
  const frame = { db, clock, log: silentLog, secret: "s".repeat(32), publicBaseUrl: () => publicBaseUrl };
  return app.route("/", createApi({ ...frame, ...areas }));
}
