import { join } from "node:path";
import { contentHash } from "./asset.ts";

/** One file as the bundler left it. */
export interface PanelFile {
  content: Uint8Array | string;
  type: string;
  /** Its name carries its content's hash. */
  immutable: boolean;
}

/** The panel's files by path, e.g. `/main-ab12cd34.js`, and the page that names them. */
export interface PanelFiles {
  files: ReadonlyMap<string, PanelFile>;
  page: string;
}

type Files = Map<string, PanelFile>;

const web = join(import.meta.dir, "../../web");
const scriptType = "application/javascript; charset=utf-8";
const fontFiles = ["heebo-hebrew-wght-normal.woff2", "heebo-latin-wght-normal.woff2"];
const plainFiles = {
  "/manifest.webmanifest": "application/manifest+json",
  "/icon.svg": "image/svg+xml",
  "/icon-192.png": "image/png",
  "/icon-512.png": "image/png",
  "/icon-maskable-512.png": "image/png",
  "/icon-apple-180.png": "image/png",
} as const;

/** Bundles `web/` with Bun's own bundler. @throws AggregateError with the compiler's messages. */
export async function bundlePanel(): Promise<PanelFiles> {
  const files: Files = new Map();
  const fonts = await addFonts(files);
  const named = (text: string) => text.replace(/\/fonts\/([\w-]+\.woff2)/g, (whole, file) => fonts.get(file) ?? whole);
  const [styles, script] = await Promise.all([buildStyles(named), buildScripts(files), buildWorkers(files)]);
  const stylesPath = `/app-${contentHash(styles)}.css`;
  files.set(stylesPath, { content: styles, type: "text/css; charset=utf-8", immutable: true });
  for (const [path, type] of Object.entries(plainFiles))
    files.set(path, { content: await Bun.file(`${web}/public${path}`).bytes(), type, immutable: false });
  const template = await Bun.file(`${web}/index.html`).text();
  return { files, page: named(template).replace("/app.css", stylesPath).replace("/main.js", script) };
}

async function addFonts(files: Files): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const file of fontFiles) {
    const source = Bun.resolveSync(`@fontsource-variable/heebo/files/${file}`, import.meta.dir);
    const content = await Bun.file(source).bytes();
    const path = `/fonts/${file.replace(".woff2", `-${contentHash(content)}.woff2`)}`;
    files.set(path, { content, type: "font/woff2", immutable: true });
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
async function buildScripts(files: Files): Promise<string> {
  const built = await Bun.build({
    entrypoints: [`${web}/main.tsx`],
    minify: true,
    target: "browser",
    splitting: true,
    minChunkSize: 4_096, // smaller ones are folded into their users where they can be: a request costs more
    jsx: { runtime: "automatic", importSource: "preact", development: false },
    publicPath: "/",
    naming: { entry: "[name]-[hash].[ext]", chunk: "c/[name]-[hash].[ext]" },
  });
  let entry = "";
  for (const output of built.outputs) {
    const path = output.path.replace(/^\.?\//, "/");
    if (output.kind === "entry-point") entry = path;
    files.set(path, { content: await output.text(), type: scriptType, immutable: true });
  }
  return entry;
}

/** Scripts that a browser loads by a fixed name: the service worker, and audio worklets when there are some. */
async function buildWorkers(files: Files): Promise<void> {
  const entrypoints = await Array.fromAsync(new Bun.Glob("*.worker.ts").scan({ cwd: web, absolute: true }));
  const built = await Bun.build({ entrypoints, minify: true, target: "browser", format: "iife" });
  for (const output of built.outputs) {
    const path = `/${output.path.split("/").at(-1)!.replace(".worker.js", ".js")}`;
    files.set(path, { content: await output.text(), type: scriptType, immutable: false });
  }
}
