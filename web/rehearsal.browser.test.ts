import { expect, test } from "bun:test";
import { withTenant } from "../src/db/tenant.ts";
import { savePrompt } from "../src/tenants/prompts.ts";
import { inBrowser } from "./testing/in-browser.ts";

inBrowser("drafts in a browser", {}, (given) => {
  const { open } = given;

  test("what was typed is there again though nothing was run; a colleague's version is seen before it is replaced", async () => {
    const { businessId, stage } = given.office;
    const { page, errors, violations, close } = await open({ path: "/rehearsal" });
    const box = page.getByLabel("הטיוטה");
    await page.getByRole("button", { name: /טיוטה חדשה.*וואטסאפ/ }).click();
    await box.fill("לענות בחום");
    const kept = page.waitForResponse((answer) => answer.request().method() === "PUT" && answer.ok());
    await page.locator('.nav a[href="/tasks"]').click();
    await Promise.all([kept, page.getByRole("button", { name: "משימה חדשה" }).waitFor()]);
    await page.goBack();
    await box.waitFor();
    expect(await box.inputValue()).toBe("לענות בחום");

    await withTenant(stage.db, businessId, (tx) =>
      savePrompt({ businessId, actor: { kind: "system" }, tx }, "whatsapp", "של הקולגה"),
    );
    await page.locator(".difference").getByText("של הקולגה").waitFor();
    const publish = page.getByRole("button", { name: "פרסום" });
    expect(await publish.getAttribute("aria-disabled")).toBe("true");
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "להמשיך עם הנוסח שלי" }).click();
    await page.locator(".difference").waitFor({ state: "detached" });
    await publish.click();
    await page
      .getByText(/פורסם כגרסה/)
      .first()
      .waitFor();
    expect(await box.inputValue()).toBe("לענות בחום");
    expect(errors).toEqual([]);
    await close();
  });
});
