import { expect, test } from "bun:test";
import { cleanPages, inBrowser } from "./testing/in-browser.ts";

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

  test("a number is checked at Twilio and pointed here, and says what was there before", async () => {
    const { account } = given.office.stage.world;
    const rented = account.rent("+97235550100");
    const { page, errors, shot, violations, close } = await open({ path: "/channels", width: 390 });
    await page.getByRole("button", { name: "בדיקת המספר" }).click();
    await page.getByText("https://demo.twilio.com/welcome/voice/").waitFor();
    await shot("channels-check");
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "הפניית המספר לכאן" }).click();
    await page.getByRole("dialog").getByText("/webhook/incoming_call").waitFor();
    await shot("channels-connect");
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "הפניה", exact: true }).click();
    await page.getByText("המספר מופנה לכאן").waitFor();
    await page.locator(".check-line.ok", { hasText: "שיחה נכנסת מגיעה לכאן" }).waitFor();
    await page.locator(".check-line.ok", { hasText: "עדכון על סוף שיחה מגיע לכאן" }).waitFor();
    expect([rented.VoiceUrl, rented.VoiceMethod]).toEqual([`${given.office.stage.url}/webhook/incoming_call`, "POST"]);
    expect(errors).toEqual([]);
    await close();
  });

  cleanPages(given, { pages: () => ({ channels: "/channels" }) });
});
