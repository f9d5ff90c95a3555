import { join } from "node:path";
import { Hono } from "hono";
import { type BusinessId, parseBusinessId } from "../base/ids.ts";

/** Recorded texts that play when no model does. Shipped as `clips/<name>.wav`: mu-law, 8 kHz, mono. */
export const texts = ["fallback", "thanks", "unknown-number", "hold", "code", "code-again"] as const;
export const digits = [
  ...(["digit-0", "digit-1", "digit-2", "digit-3", "digit-4"] as const),
  ...(["digit-5", "digit-6", "digit-7", "digit-8", "digit-9"] as const),
] as const;
const clips = [...texts, ...digits] as const;
export type Clip = (typeof clips)[number];

/** @param digit one of 0 to 9. */
export const digitClip = (digit: string): Clip => digits[Number(digit)]!;

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
