import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { chromiumPath, launchBrowser } from "./testing/browser.ts";
import { type Office, openOffice } from "./testing/office.ts";
import { type OpenPanel, openPanel, type PanelOptions } from "./testing/open-panel.ts";

setDefaultTimeout(90_000);

describe.skipIf(chromiumPath === null)("channels in a browser", () => {
  let browser: Browser;
  let office: Office;
  const open = (options?: PanelOptions): Promise<OpenPanel> => openPanel(browser, office, options);

  beforeAll(async () => {
    [browser, office] = await Promise.all([launchBrowser(), openOffice()]);
  });
  afterAll(async () => {
    await browser?.close();
    await office?.stop();
  });

  test("WhatsApp is linked: its QR comes by itself, is drawn, and the settings stay", async () => {
    const { page, errors, shot, violations, close } = await open({ path: "/channels" });
    await page.getByText("כבוי", { exact: true }).waitFor();
    await page.getByRole("button", { name: "חיבור" }).click();
    await page.getByRole("img", { name: "קוד QR לקישור וואטסאפ" }).waitFor();
    await shot("channels-qr");
    expect(await violations()).toEqual([]);
    await page.getByLabel("דקות שקט אחרי שאדם עונה מהטלפון").fill("45");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("נשמר", { exact: true }).waitFor();
    await page.reload();
    const silence = page.getByLabel("דקות שקט אחרי שאדם עונה מהטלפון");
    await silence.waitFor();
    expect(await silence.inputValue()).toBe("45");
    expect(errors).toEqual([]);
    await close();
  });

  test.each([
    { width: 390, language: "he", theme: "light" },
    { width: 390, language: "en", theme: "dark" },
    { width: 1280, language: "he", theme: "dark" },
    { width: 1280, language: "en", theme: "light" },
  ] as const)("the page is clean at $width px, $language, $theme", async (device) => {
    const panel = await open({ ...device, path: "/channels" });
    await panel.shot("channels");
    expect(await panel.violations()).toEqual([]);
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(panel.errors).toEqual([]);
    await panel.close();
  });
});
