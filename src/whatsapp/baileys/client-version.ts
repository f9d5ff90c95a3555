import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describeError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { oneAtATime } from "../../base/one-at-a-time.ts";
import { fetchOutside } from "../../base/outside.ts";
import { limits } from "../../limits.ts";
import type { Version } from "./protocol.ts";

export interface ClientVersionDeps {
  newest(): Promise<Version>;
  log: Log;
  /** Where the version that worked last is kept. */
  file: string;
}

/**
 * Which version of WhatsApp Web we say we are: the one that the library brings, until WhatsApp refuses it (405, 409) and
 * names another. Asked only then, so that a bad answer cannot break what works; kept when a session has opened with it,
 * so that a restart needs no answer.
 */
export class ClientVersion {
  readonly #deps: ClientVersionDeps;
  #current: Version | null;
  #kept: Version | null;

  constructor(deps: ClientVersionDeps) {
    this.#deps = deps;
    const kept = readKept(deps.file);
    this.#current = this.#kept = revisionOf(kept) > revisionOf(null) ? kept : null; // the library may have caught up
  }

  /** Null = the library's own. */
  get current(): Version | null {
    return this.#current;
  }

  /**
   * Whether WhatsApp names another version than the refused one, which may be an older one that it went back to; it is the
   * current one from then on. Sessions ask as one.
   */
  async renew(refused: Version | null): Promise<boolean> {
    const revision = revisionOf(refused);
    if (revisionOf(this.#current) !== revision) return true;
    const found = await this.#ask();
    if (found === null || revisionOf(found) === revision) return false;
    this.#current = found;
    return true;
  }

  /** A session has opened with this version; one that others have left meanwhile is not kept. */
  worked(version: Version | null): void {
    const revision = revisionOf(version);
    if (version === null || revision === revisionOf(this.#kept) || revision !== revisionOf(this.#current)) return;
    const { file, log } = this.#deps;
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, JSON.stringify(version), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      this.#kept = version;
    } catch (error) {
      log.warn("WA-ERROR", "WhatsApp Web's version cannot be kept", { error: describeError(error) });
    }
  }

  readonly #ask = oneAtATime(
    (): Promise<Version | null> =>
      this.#deps.newest().then(
        (version) => {
          this.#deps.log.info("WA", "WhatsApp Web's version", { version: version.join(".") });
          return version;
        },
        (error: unknown) => {
          this.#deps.log.warn("WA-ERROR", "WhatsApp Web's version cannot be read", { error: describeError(error) });
          return null;
        },
      ),
  );
}

/** The library's own, known without loading it here; a test holds the two together. */
export const pinnedVersion: Version = [2, 3000, 1043857760];

const revisionOf = (version: Version | null): number => (version ?? pinnedVersion)[2];

/** Null when there is none, or none that can be read. */
function readKept(file: string): Version | null {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(kept) && kept.length === 3 && kept.every(Number.isSafeInteger) ? (kept as never) : null;
  } catch {
    return null;
  }
}

const host = "web.whatsapp.com";
// Without these the page for unknown browsers comes.
const headers = {
  "sec-fetch-site": "none",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
};

/** What WhatsApp Web's own page says. @throws AppError as `fetchOutside`, Error when it does not say. */
export async function newestVersion(): Promise<Version> {
  const rules = { hosts: [host], bytesMax: limits.waVersionBytes, timeoutMs: limits.waVersionMs };
  const { status, bytes } = await fetchOutside(`https://${host}/sw.js`, { headers }, rules);
  const version = status === 200 ? versionIn(new TextDecoder().decode(bytes)) : null;
  if (version === null) throw new Error(`no version in the answer (${status})`);
  return version;
}

/** Null where the script names none. */
export function versionIn(script: string): Version | null {
  const revision = Number(/\\?"client_revision\\?":\s*(\d{6,12})/.exec(script)?.[1]);
  return Number.isSafeInteger(revision) ? [2, 3000, revision] : null;
}
