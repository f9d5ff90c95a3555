import { createHmac, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { Hono } from "hono";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Database } from "../db/client.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { withSystem } from "../db/tenant.ts";

export interface MediaLinkDeps {
  db: Database;
  clock: Clock;
  storageDir: string;
  secret: string;
  publicBaseUrl: () => string;
}

// Long enough for a provider that fetches the file when it gets round to it.
const validMs = 60 * 60_000;

/** Addresses under which a provider may fetch one file of ours for an hour, and what answers there. */
export function createMediaLinks({ db, clock, storageDir, secret, publicBaseUrl }: MediaLinkDeps) {
  const sign = (subject: string): Buffer => createHmac("sha256", secret).update(`whatsapp-media:${subject}`).digest();
  const isSigned = (subject: string, signature: string): boolean => {
    const given = Buffer.from(signature, "base64url");
    const expected = sign(subject);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const routes = new Hono();
  routes.get("/whatsapp-media/:token", async (c) => {
    const [id = "", until = "", signature = ""] = c.req.param("token").split(".");
    const isDue = Number(until) < clock.instant().epochMilliseconds;
    if (isDue || !isSigned(`${id}.${until}`, signature)) return c.text("not found", 404);
    const media = await withSystem(
      db,
      async (tx) => (await tx.select().from(messageMedia).where(eq(messageMedia.id, id)))[0],
    );
    return media?.file == null ? c.text("not found", 404) : fileAnswer(storageDir, { ...media, file: media.file });
  });
  return {
    routes,
    urlOf(mediaId: string): string {
      const subject = `${mediaId}.${clock.instant().epochMilliseconds + validMs}`;
      return `${publicBaseUrl()}/whatsapp-media/${subject}.${sign(subject).toString("base64url")}`;
    },
  };
}

/** A stored file, in a way that no browser runs it (K13). @throws AppError "not_found" when it is not on the disk. */
export async function fileAnswer(
  storageDir: string,
  media: { file: string; mimeType: string | null; fileName: string | null },
): Promise<Response> {
  const file = Bun.file(join(storageDir, media.file));
  // Bun opens it only while it sends, when no answer of ours can be given any more.
  if (!(await file.exists())) throw new AppError("not_found", "the file of a message is gone");
  const name = encodeURIComponent(media.fileName ?? "file");
  return new Response(file, {
    headers: {
      "content-type": media.mimeType ?? "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${name}`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "private, no-store",
    },
  });
}
