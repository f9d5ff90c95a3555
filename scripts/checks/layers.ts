import { dirname, join, normalize } from "node:path";
import { isTest, type Source } from "./sources.ts";

/**
 * Who may import whom (ARCHITECTURE.md). A room may always import itself and `base`; `type:` allows only
 * `import type`. Files that stand alone in `src/` are rooms of their own name.
 */
const allowed: Record<string, readonly string[]> = {
  base: [],
  limits: [],
  secrets: [],
  audio: [],
  hebrew: [],
  config: [],
  db: ["limits", "type:config"],
  tenants: ["api", "db", "hebrew", "limits"],
  api: ["type:tenants", "db", "limits"],
  auth: ["api", "tenants", "db", "limits"],
  mail: ["type:config"],
  notify: ["api", "jobs", "tenants", "db", "limits"],
  usage: ["api", "tenants", "db", "limits"],
  jobs: ["tenants", "db", "limits"],
  crm: ["api", "notify", "usage", "jobs", "tenants", "db", "limits"],
  calendar: ["api", "crm", "hebrew", "notify", "jobs", "tenants", "db", "limits"],
  "live-call": ["audio", "limits"],
  assistant: ["crm", "calendar", "notify", "jobs", "tenants", "hebrew", "db", "limits", "type:live-call"],
  calls: ["api", "tenants", "crm", "jobs", "usage", "audio", "db", "limits", "notify", "type:live-call"],
  privacy: ["api", "crm", "calls", "notify", "jobs", "tenants", "db", "limits"],
  realtime: ["live-call", "audio", "limits", "type:config"],
  speech: ["live-call", "realtime", "audio", "limits", "type:config", "type:assistant"],
  twilio: ["api", "db", "live-call", "calls", "tenants", "audio", "limits", "type:whatsapp", "whatsapp/twilio"],
  whatsapp: ["assistant", "crm", "calendar", "jobs", "notify", "tenants", "usage", "db", "limits", "api", "type:calls"],
  // Adapters: what runs in a worker thread reaches no database, no configuration and no other tenant.
  "whatsapp/baileys": ["type:whatsapp", "limits"],
  "whatsapp/twilio": ["type:whatsapp", "limits"],
  integrations: ["api", "jobs", "notify", "crm", "calendar", "calls", "tenants", "db", "limits"],
  admin: ["api", "auth", "tenants", "usage", "db", "limits"],
  rehearsal: ["api", "assistant", "crm", "jobs", "notify", "tenants", "usage", "db", "limits"],
  "test-call": ["api", "twilio", "live-call", "calls", "limits"],
  http: ["api", "tenants", "auth", "db", "limits"],
  "api-types": ["type:app"],
  health: [],
  sim: ["audio", "type:live-call"],
  panel: [],
};

/** Only these may import everything, and only these (and tests) the simulators. */
const compositionRoots = /^src\/(app|main|cli)\.ts$|^src\/(app|cli)\//;
const importPattern = /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s)?["'](\.[^"']+)["']/gm;
const dynamicPattern = /\bimport\(\s*["'](\.[^"']+)["']\s*\)/g;

/** A folder inside a room that has a line of its own is a room by itself. */
const roomOf = (path: string): string | null => {
  const [, room = null, inner] = /^src\/([^/]+?)(?:\.ts)?(?:\/([^/]+)\/.*|\/.*|$)/.exec(path) ?? [];
  return inner !== undefined && `${room}/${inner}` in allowed ? `${room}/${inner}` : room;
};

/** One line per import that goes against the direction of dependency. */
export function checkLayers(sources: readonly Source[]): string[] {
  const problems: string[] = [];
  for (const source of sources) {
    if (source.path.startsWith("web/")) problems.push(...judgePanel(source));
    if (!source.path.startsWith("src/")) continue;
    for (const found of importsOf(source)) problems.push(...judge(source.path, found.target, found.typeOnly));
  }
  return problems;
}

function* importsOf(source: Source): Generator<{ target: string; typeOnly: boolean }> {
  const resolve = (specifier: string) => normalize(join(dirname(source.path), specifier));
  for (const match of source.text.matchAll(importPattern))
    yield { target: resolve(match[2] ?? ""), typeOnly: match[1] !== undefined };
  for (const match of source.text.matchAll(dynamicPattern)) yield { target: resolve(match[1] ?? ""), typeOnly: false };
}

/** The panel runs in a browser: of the server it may know types only, and those through one door. */
function judgePanel(source: Source): string[] {
  if (isTest(source.path)) return [];
  const problems: string[] = [];
  for (const { target, typeOnly } of importsOf(source)) {
    const ours = target.startsWith("web/") || (target === "src/api-types.ts" && typeOnly);
    if (!ours)
      problems.push(`${source.path} imports ${target}: the panel may import web/ and types of src/api-types.ts`);
  }
  return problems;
}

function judge(path: string, target: string, typeOnly: boolean): string[] {
  const from = roomOf(path);
  const to = roomOf(target);
  if (from === null || to === null || from === to || to === "base") return [];
  if (to === "sim")
    return isTest(path) ? [] : [`${path} imports ${target}: only tests and scripts may reach the simulators`];
  if (compositionRoots.test(path) || (isTest(path) && from !== "sim")) return [];
  const rules = allowed[from];
  if (rules === undefined) return [`${path}: room "${from}" is unknown; give it a line in scripts/checks/layers.ts`];
  if (rules.includes(to) || (typeOnly && rules.includes(`type:${to}`))) return [];
  return [
    `${path} imports ${target}: "${from}" may import ${rules.join(", ") || "only base"}; take it as an argument instead`,
  ];
}
