import { expect, test } from "bun:test";
import { devices, inBrowser } from "./testing/in-browser.ts";

inBrowser("channels in a browser", {}, (given) => {
  const { open } = given;

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

  test.each(devices)("the page is clean at $width px, $language, $theme", async (device) => {
    const panel = await open({ ...device, path: "/channels" });
    await panel.shot("channels");
    expect(await panel.violations()).toEqual([]);
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(panel.errors).toEqual([]);
    await panel.close();
  });
});
