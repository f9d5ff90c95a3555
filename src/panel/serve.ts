import { type Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import { AppError, describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { type Asset, acceptedEncoding, createAsset } from "./asset.ts";
import { buildPanel, type Panel } from "./build.ts";
import { panelHeaders } from "./headers.ts";

export interface PanelDeps {
  log: Log;
  /** For tests and benches that already have one. */
  build?: () => Promise<Panel>;
}

// What the panel never answers: a mistyped address of the API must not look like a page.
const notPages = /^\/(?:api|webhook|ws|health|readyz|audio)(?:\/|$)|\.[a-z0-9]{2,11}$/i;

/**
 * The staff panel: its files by name, and its page under every other address (the router in the browser reads it).
 * Building begins at once; a panel that cannot be built is an error in the log and 503 here, and takes no call with it.
 */
export function createPanel({ log, build = buildPanel }: PanelDeps): Hono {
  const pages = new Map<string, Asset>();
  const built = build().catch((error: unknown) => {
    log.error("APP", "the panel could not be built", { error: describeError(error) });
    return null;
  });
  const app = new Hono();
  app.get("*", async (c, next) => {
    const panel = await built;
    const asset = panel?.assets.get(c.req.path);
    if (asset !== undefined) return send(c, asset);
    if (notPages.test(c.req.path)) return next();
    if (panel === null) throw new AppError("unavailable", "the panel could not be built");
    return send(c, pageFor(c, panel, pages));
  });
  return app;
}

const firstTag = /<html[^>]*>/;
// Pages of strangers stand outside of the shell: its outline must not stand there before them (`public` in web/routes.ts).
const outsideShell = /^\/(?:login|welcome)\/?$/;

/** The page in the person's language and theme from the first byte: no flash, and the right side before any script runs. */
function pageFor(c: Context, panel: Panel, pages: Map<string, Asset>): Asset {
  const english = getCookie(c, "panel_language") === "en";
  const wanted = getCookie(c, "panel_theme");
  const theme = wanted === "dark" || wanted === "light" ? wanted : "auto";
  const boot = getCookie(c, "panel_shell") === "1" && !outsideShell.test(c.req.path) ? "shell" : "plain";
  const tag = `<html lang="${english ? "en" : "he"}" dir="${english ? "ltr" : "rtl"}" data-theme="${theme}" data-boot="${boot}">`;
  const known = pages.get(tag);
  if (known !== undefined) return known;
  const page = createAsset(panel.page.replace(firstTag, tag), "text/html; charset=utf-8", false);
  pages.set(tag, page);
  return page;
}

async function send(c: Context, asset: Asset): Promise<Response> {
  const headers: Record<string, string> = {
    ...panelHeaders,
    "Content-Type": asset.type,
    "Cache-Control": asset.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    ETag: asset.etag,
    Vary: asset.immutable ? "Accept-Encoding" : "Accept-Encoding, Cookie",
  };
  if (c.req.header("if-none-match")?.includes(asset.etag)) return c.body(null, 304, headers);
  const encoding = acceptedEncoding(c.req.header("accept-encoding"));
  const plain = await asset.body("identity");
  const body = await asset.body(encoding);
  // Files that are compressed already come back as they are.
  if (body !== plain) headers["Content-Encoding"] = encoding;
  return c.body(body, 200, headers);
}
