import { Glob } from "bun";

/** One file of the repository as the checks see it. */
export interface Source {
  /** Relative to the repository, with forward slashes. */
  path: string;
  text: string;
}

/** Every TypeScript file of the product, its panel and its scripts. */
export async function readSources(root: string): Promise<Source[]> {
  const sources: Source[] = [];
  for (const folder of ["src", "web", "scripts"])
    for await (const path of new Glob(`${folder}/**/*.{ts,tsx}`).scan({ cwd: root }))
      sources.push({ path, text: await Bun.file(`${root}/${path}`).text() });
  return sources.toSorted((a, b) => a.path.localeCompare(b.path));
}

export const isTest = (path: string): boolean =>
  path.endsWith(".test.ts") || path.endsWith(".test.tsx") || path.includes("/testing/");
