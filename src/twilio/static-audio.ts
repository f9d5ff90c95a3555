import { join } from "node:path";
import { Hono } from "hono";
import { type BusinessId, parseBusinessId } from "../base/ids.ts";

/** Recorded texts that play when no model does. Shipped as `clips/<name>.wav`: mu-law, 8 kHz, mono. */
export const clips = ["fallback", "thanks", "unknown-number", "hold"] as const;
export type Clip = (typeof clips)[number];

/** Where a clip is served, for a business that may have its own recording of it. */
export const clipPath = (clip: Clip, businessId: BusinessId | null): string =>
  `/audio/${businessId ?? "shipped"}/${clip}.wav`;

// Twilio keeps what it played; a replaced clip must not take longer than this to be heard.
const cacheSeconds = 300;

/**
 * Serves the clips. A business replaces one by the file `<storageDir>/audio/business_<id>/<name>.wav`; only names of
 * the closed list and parsed ids reach the file system.
 */
export function createStaticAudio(deps: { storageDir: string }): Hono {
  const app = new Hono();
  app.get("/audio/:owner/:file", async (c) => {
    const clip = clips.find((name) => `${name}.wav` === c.req.param("file"));
    const owner = c.req.param("owner");
    const businessId = parseBusinessId(owner);
    if (clip === undefined || (businessId === null && owner !== "shipped")) return c.notFound();
    const own = businessId === null ? null : join(deps.storageDir, "audio", `business_${businessId}`, `${clip}.wav`);
    const file = own !== null && (await Bun.file(own).exists()) ? Bun.file(own) : Bun.file(shippedPath(clip));
    const tag = `"${file.size.toString(36)}-${file.lastModified.toString(36)}"`;
    const headers = { etag: tag, "cache-control": `public, max-age=${cacheSeconds}`, "content-type": "audio/wav" };
    if (c.req.header("if-none-match") === tag) return new Response(null, { status: 304, headers });
    return new Response(file, { headers });
  });
  return app;
}

const shippedPath = (clip: Clip): string => join(import.meta.dir, "clips", `${clip}.wav`);
