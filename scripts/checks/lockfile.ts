import { JSONC } from "bun";

interface Lockfile {
  packages: Record<string, unknown[]>;
}

/**
 * Supply chain (S14, K14): no addresses in the lock file (an install elsewhere would go there), no sources but the registry, and no
 * platform binary missing (a registry that lacks some makes Bun leave them out in silence, and the install breaks elsewhere).
 */
export async function checkLockfile(root: string): Promise<string[]> {
  const text = await Bun.file(`${root}/bun.lock`).text();
  const problems: string[] = [];
  if (text.includes("://")) problems.push("bun.lock holds an address: install again with the default registry");
  const { packages } = JSONC.parse(text) as Lockfile;
  for (const [name, entry] of Object.entries(packages)) {
    if (/@(?:git|github|file|link)[:+]/.test(String(entry[0])))
      problems.push(`bun.lock: ${name} does not come from the registry`);
    const meta = entry.find((part): part is { optionalDependencies?: Record<string, string> } => isObject(part));
    for (const optional of Object.keys(meta?.optionalDependencies ?? {}))
      if (!(optional in packages))
        problems.push(`bun.lock: ${name} needs ${optional}, which is missing: pin a complete version`);
  }
  const manifest = await Bun.file(`${root}/package.json`).json();
  for (const group of ["dependencies", "devDependencies", "optionalDependencies"])
    for (const [name, version] of Object.entries<string>(manifest[group] ?? {}))
      if (!/^\d/.test(version)) problems.push(`package.json: ${name} ${version} is not an exact version`);
  if (JSON.stringify(manifest.trustedDependencies) !== "[]")
    problems.push("package.json: trustedDependencies stays an empty list: no package may run code at install");
  return problems;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
