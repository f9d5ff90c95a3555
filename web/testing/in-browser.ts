import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
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
  /** In a window of its own, where nothing waits for it to come to the front, as in another tab it does. */
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

interface CleanPages {
  /** Paths by the names that their pictures get; asked for once everything is seeded. */
  pages: () => Readonly<Record<string, string>>;
  devices?: readonly Pick<PanelOptions, "width" | "language" | "theme">[];
  role?: PanelOptions["role"];
  /** Waits for what tells that the page is there, where that is more than its skeletons' end. */
  until?: (page: Page, name: string) => Promise<void>;
}

/** A test for each device, which walks through the pages in one window: each is pictured and has nothing wrong with it. */
export function cleanPages(given: InBrowser, options: CleanPages): void {
  const { role = "owner", until } = options;
  test.each(options.devices ?? devices)(
    `${role}: every page is clean at $width px, $language, $theme`,
    async (device) => {
      const [first, ...others] = Object.entries(options.pages());
      const panel = await given.open({ ...device, role, path: first![1] });
      for (const [name, path] of [first!, ...others]) {
        if (name !== first![0]) await panel.show(path);
        await until?.(panel.page, name);
        await panel.shot(name);
        expect({ name, problems: await panel.problems() }).toEqual({ name, problems: [] });
      }
      await panel.close();
    },
  );
}
