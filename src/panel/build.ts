import { join } from "node:path";
import { type Asset, contentHash, createAsset } from "./asset.ts";

/** The panel, built: what the browser gets, and the page that names it. */
export interface Panel {
  /** By path, e.g. `/main-ab12cd34.js`. */
  assets: ReadonlyMap<string, Asset>;
  /** The page, in Hebrew for a stranger; `serve.ts` writes the person's choices into its first tag. */
  page: string;
}

const web = join(import.meta.dir, "../../web");
const fontFiles = ["heebo-hebrew-wght-normal.woff2", "heebo-latin-wght-normal.woff2"];
const plainFiles = {
  "/manifest.webmanifest": "application/manifest+json",
  "/icon.svg": "image/svg+xml",
  "/icon-192.png": "image/png",
  "/icon-512.png": "image/png",
  "/icon-maskable-512.png": "image/png",
  "/icon-apple-180.png": "image/png",
} as const;

/**
 * Builds the panel from `web/` with Bun's own bundler: some 60 ms, so it is done at start and there is nothing to forget.
 * @throws AggregateError with the compiler's messages.
 */
export async function buildPanel(): Promise<Panel> {
  const assets = new Map<string, Asset>();
  const fonts = await addFonts(assets);
  const named = (text: string) => text.replace(/\/fonts\/([\w-]+\.woff2)/g, (whole, file) => fonts.get(file) ?? whole);
  const [styles, script] = await Promise.all([buildStyles(named), buildScripts(assets), buildWorkers(assets)]);
  const stylesPath = `/app-${contentHash(styles)}.css`;
  assets.set(stylesPath, createAsset(styles, "text/css; charset=utf-8", true));
  for (const [path, type] of Object.entries(plainFiles))
    assets.set(path, createAsset(await Bun.file(`${web}/public${path}`).bytes(), type, false));
  const template = await Bun.file(`${web}/index.html`).text();
  return { assets, page: named(template).replace("/app.css", stylesPath).replace("/main.js", script) };
}

async function addFonts(assets: Map<string, Asset>): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const file of fontFiles) {
    const source = Bun.resolveSync(`@fontsource-variable/heebo/files/${file}`, import.meta.dir);
    const content = await Bun.file(source).bytes();
    const path = `/fonts/${file.replace(".woff2", `-${contentHash(content)}.woff2`)}`;
    assets.set(path, createAsset(content, "font/woff2", true));
    paths.set(file, path);
  }
  return paths;
}

/** `target: "bun"`: nothing is rewritten for old browsers, or logical properties would follow the language and not `dir`. */
async function buildStyles(named: (css: string) => string): Promise<string> {
  const built = await Bun.build({
    entrypoints: [`${web}/styles/app.css`],
    minify: true,
    target: "bun",
    external: ["/fonts/*"],
  });
  return named(await built.outputs[0]!.text());
}

/** The entry and its lazy pages; the path of the entry. */
async function buildScripts(assets: Map<string, Asset>): Promise<string> {
  const built = await Bun.build({
    entrypoints: [`${web}/main.tsx`],
    minify: true,
    target: "browser",
    splitting: true,
    jsx: { runtime: "automatic", importSource: "preact", development: false },
    publicPath: "/",
    naming: { entry: "[name]-[hash].[ext]", chunk: "c/[name]-[hash].[ext]" },
  });
  let entry = "";
  for (const output of built.outputs) {
    const path = output.path.replace(/^\.?\//, "/");
    if (output.kind === "entry-point") entry = path;
    assets.set(path, createAsset(await output.text(), "application/javascript; charset=utf-8", true));
  }
  return entry;
}

/** Scripts that a browser loads by a fixed name: the service worker, and audio worklets when there are some. */
async function buildWorkers(assets: Map<string, Asset>): Promise<void> {
  const entrypoints = await Array.fromAsync(new Bun.Glob("*.worker.ts").scan({ cwd: web, absolute: true }));
  const built = await Bun.build({ entrypoints, minify: true, target: "browser", format: "iife" });
  for (const output of built.outputs) {
    const path = `/${output.path.split("/").at(-1)!.replace(".worker.js", ".js")}`;
    assets.set(path, createAsset(await output.text(), "application/javascript; charset=utf-8", false));
  }
}
