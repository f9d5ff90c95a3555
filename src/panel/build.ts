import { deserialize } from "bun:jsc";
import { join } from "node:path";
import { type Asset, createAsset } from "./asset.ts";
import type { PanelFiles } from "./bundle.ts";

/** The panel, built: what the browser gets, and the page that names it. */
export interface Panel {
  /** By path, e.g. `/main-ab12cd34.js`. */
  assets: ReadonlyMap<string, Asset>;
  /** The page, in Hebrew for a stranger; `serve.ts` writes the person's choices into its first tag. */
  page: string;
}

const program = join(import.meta.dir, "build.worker.ts");

/**
 * Builds the panel from `web/`: 80 ms, so it is done at start and there is nothing to forget. A process of its own
 * does it and ends: in this one, which carries the calls, the bundler would leave 7 to 24 MB of resident memory behind.
 * @throws Error with the compiler's messages.
 */
export async function buildPanel(): Promise<Panel> {
  const command = [process.execPath, "--no-install", program];
  // It needs none of our environment, so none of our secrets is there to be written into a script by mistake.
  const child = Bun.spawn(command, { env: {}, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [built, problems, code] = await Promise.all([
    new Response(child.stdout).arrayBuffer(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(problems);
  const { files, page } = deserialize(built) as PanelFiles;
  const assets = new Map<string, Asset>();
  for (const [path, { content, type, immutable }] of files) assets.set(path, createAsset(content, type, immutable));
  return { assets, page };
}
