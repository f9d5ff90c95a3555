import { buildPanel } from "../../src/panel/build.ts";
import type { Budget } from "../bench-web.ts";

const kilobyte = 1024;

/** What a browser downloads, compressed as it is sent: the first page with its fonts, and each later part alone. */
export async function measureBytes(): Promise<Budget[]> {
  const { assets, page } = await buildPanel();
  const sizes = new Map<string, number>();
  for (const [path, asset] of assets) sizes.set(path, (await asset.body("br")).length);
  const text = async (path: string) => new TextDecoder().decode(await assets.get(path)!.body("identity"));
  const first = new Set<string>();
  const follow = async (path: string): Promise<void> => {
    if (first.has(path) || !assets.has(path)) return;
    first.add(path);
    const found = await text(path);
    for (const match of found.matchAll(/(?:from|import)"(\/[^"]+\.js)"/g)) await follow(match[1]!);
    if (path.endsWith(".css")) for (const match of found.matchAll(/url\("?(\/fonts\/[^")]+)/g)) await follow(match[1]!);
  };
  for (const match of page.matchAll(/(?:href|src)="(\/[^"]+\.(?:js|css|woff2))"/g)) await follow(match[1]!);
  const today = [...assets.keys()].find((path) => /^\/c\/today-/.test(path));
  if (today) await follow(today);
  const total = [...first].reduce((sum, path) => sum + sizes.get(path)!, Bun.gzipSync(page).length);
  const later = [...sizes].filter(([path]) => path.endsWith(".js") && !first.has(path)).toSorted((a, b) => b[1] - a[1]);
  const [largest = ["none", 0]] = later;
  return [
    { what: "first page over the wire, fonts included", value: total / kilobyte, limit: 100, unit: "KB" },
    { what: `largest later part (${largest[0]})`, value: largest[1] / kilobyte, limit: 12, unit: "KB" },
  ];
}
