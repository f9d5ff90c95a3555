import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of another machine, or wrong: whoever takes one of these for a test or a demo fails, or leaves a trace. */
const settings = (folder: string): string => `
DATABASE_URL=postgres://operator:secret@127.0.0.1:9/production
STORAGE_DIR=${join(folder, "real-storage")}
PORT=70000
PUBLIC_BASE_URL=https://office.invalid
SMTP_URL=smtps://operator:secret@mail.invalid:465
SESSION_SECRET=too-short
LOG_LEVEL=silent
`;

/**
 * A copy of this tree as an operator has it: in a folder whose name has a space and Hebrew letters, with packages, and
 * with a `.env` for real use. Whoever makes it removes it.
 */
export function operatorsFolder(): string {
  const root = join(import.meta.dir, "../../..");
  const folder = join(mkdtempSync(join(tmpdir(), "agentlocator-copy-")), "לקוח א");
  for (const name of ["src", "scripts", "web", "drizzle", "package.json", "bunfig.toml", "bun.lock", "tsconfig.json"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  // Links, because the packages are large; the folder itself is its own, so that nothing can be installed into ours.
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(join(root, "node_modules")))
    if (name !== ".installed") symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  writeFileSync(join(folder, "node_modules/.installed"), "");
  writeFileSync(join(folder, ".env"), settings(folder));
  return folder;
}
