import { afterAll, beforeAll, describe, setDefaultTimeout } from "bun:test";
import type { Browser } from "playwright-core";
import { chromiumPath, launchBrowser } from "./browser.ts";
import { type Office, openOffice } from "./office.ts";
import { type OpenPanel, openPanel, type PanelOptions } from "./open-panel.ts";

/** Every width, direction and theme is seen at least once. */
export const devices = [
  { width: 390, language: "he", theme: "light" },
  { width: 390, language: "en", theme: "dark" },
  { width: 1280, language: "he", theme: "dark" },
  { width: 1280, language: "en", theme: "light" },
] as const;

export interface InBrowser {
  /** There from the first hook on. */
  readonly office: Office;
  open(options?: PanelOptions): Promise<OpenPanel>;
}

/**
 * A suite with a browser and an office of its own; skipped where there is no Chromium. `flags` are the browser's, e.g. a
 * file for its microphone.
 */
export function inBrowser(
  title: string,
  options: { office?: Parameters<typeof openOffice>[0]; flags?: () => Promise<readonly string[]> },
  suite: (given: InBrowser) => void,
): void {
  setDefaultTimeout(90_000); // a page of axe and a picture takes seconds, several suites share two cores
  describe.skipIf(chromiumPath === null)(title, () => {
    let browser: Browser;
    let office: Office;
    beforeAll(async () => {
      const flags = (await options.flags?.()) ?? [];
      [browser, office] = await Promise.all([launchBrowser(flags), openOffice(options.office)]);
    }, 90_000);
    afterAll(async () => {
      await browser?.close();
      await office?.stop();
    }, 90_000);
    suite({
      get office() {
        return office;
      },
      open: (panel) => openPanel(browser, office, panel),
    });
  });
}
