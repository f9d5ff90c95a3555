import type { Source } from "./sources.ts";

interface Ban {
  pattern: RegExp;
  /** Files in which it is at home. */
  except: RegExp;
  instead: string;
}

const bans: readonly Ban[] = [
  {
    pattern: /\b(?:Bun|process|import\.meta)\.env\b/,
    except: /^src\/config\.ts$|^scripts\/|\.test\.ts$/,
    instead: "only src/config.ts reads the environment; take Config as an argument",
  },
  {
    pattern: /\bDate\.now\(\)|\bnew Date\(\)/,
    except: /\.test\.ts$|^scripts\/|^web\/clock\.ts$/,
    instead: "take a Clock as an argument",
  },
  {
    pattern: /\bMath\.random\(\)/,
    except: /^src\/app\.ts$|\.test\.ts$/,
    instead: "take a Random as an argument, or newId/randomBytes for ids and secrets",
  },
  {
    pattern: /^(?!.*biome-ignore).*\b(?:innerHTML|dangerouslySetInnerHTML)\b/,
    except: /^src\//,
    instead: "render text as text: what customers write stays inert",
  },
  {
    pattern: /\bimport\.meta\.url\)\.pathname\b/,
    except: /^$/,
    instead: "join(import.meta.dir, …): a URL's path has %20 where the folder has a space, and its letters escaped",
  },
  { pattern: /@ts-(?:ignore|nocheck)/, except: /^$/, instead: "fix the type, or @ts-expect-error with the reason" },
  { pattern: /\b(?:test|describe|it)\.only\(/, except: /^$/, instead: "run one test with `bun test -t`" },
];

const bannedNames = /(?:^|\/)(?:index|utils?|helpers?|misc|common)\.tsx?$/;
const namePattern = /^[a-z0-9]+(?:[-.][a-z0-9]+)*\.(?:ts|tsx)$/;

/** Banned calls with what to do instead, and file names that say nothing. */
export function checkWords(sources: readonly Source[]): string[] {
  const problems: string[] = [];
  for (const { path, text } of sources) {
    if (bannedNames.test(path)) problems.push(`${path}: name the file after what it holds`);
    if (!namePattern.test(path.slice(path.lastIndexOf("/") + 1))) problems.push(`${path}: file names are kebab-case`);
    if (path.startsWith("scripts/checks/")) continue;
    for (const { pattern, except, instead } of bans) {
      const line = except.test(path) ? -1 : text.split("\n").findIndex((candidate) => pattern.test(candidate));
      if (line >= 0) problems.push(`${path}:${line + 1} ${pattern.source}: ${instead}`);
    }
  }
  return problems;
}

/** Files whose whole content stands twice. */
export function checkDuplicateFiles(sources: readonly Source[]): string[] {
  const seen = new Map<string, string>();
  const problems: string[] = [];
  for (const { path, text } of sources) {
    const twin = seen.get(text);
    if (twin === undefined) seen.set(text, path);
    else problems.push(`${path} is the same file as ${twin}: delete one`);
  }
  return problems;
}
