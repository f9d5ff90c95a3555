import { type Browser, chromium } from "playwright-core";

/** Debian's Chromium, or whatever stands under one of its names; null where there is none. */
export const chromiumPath: string | null =
  ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
    .map((name) => Bun.which(name))
    .find(Boolean) ?? null;

/** What to say where a browser test cannot run. */
export const howToInstall = "no Chromium here: browser tests are skipped. Debian and Ubuntu: apt-get install chromium";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A headless browser of its own; `more` are further flags (a fake microphone). */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === null) throw new Error(howToInstall);
  return chromium.launch({ executablePath: chromiumPath, args: [...flags, ...more], timeout: 60_000 });
}
