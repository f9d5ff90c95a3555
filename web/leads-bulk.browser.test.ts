import { beforeAll, expect, test } from "bun:test";
import { fillOffice } from "./testing/busy-day.ts";
import { devices, inBrowser } from "./testing/in-browser.ts";
import type { OpenPanel } from "./testing/open-panel.ts";

inBrowser("several customers at once in a browser", {}, (given) => {
  const { open } = given;

  beforeAll(async () => {
    await fillOffice(given.office);
  }, 60_000);

  const tick = (page: OpenPanel["page"], name: string) => page.getByRole("checkbox", { name: `בחירת ${name}` });
  const bar = (page: OpenPanel["page"]) => page.getByRole("region", { name: "פעולות על הנבחרים" });
  // By its tick and not by text: a row may also name the person who has that customer.
  const rowOf = (page: OpenPanel["page"], name: string) => page.getByRole("listitem").filter({ has: tick(page, name) });

  test.each(devices)("the bar is clean at $width px, $language, $theme", async (device) => {
    const panel = await open({ ...device, path: "/leads" });
    if (device.width < 768) await panel.page.getByRole("button", { name: /בחירת כמה לקוחות|Choose several/ }).click();
    for (const index of [1, 2, 3]) await panel.page.locator(".lead-choice").nth(index).click();
    await panel.page
      .locator(".bulk-bar")
      .getByText(/3 (לקוחות נבחרו|customers chosen)/)
      .waitFor();
    await panel.shot("leads-chosen");
    expect(await panel.violations()).toEqual([]);
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(panel.errors).toEqual([]);
    await panel.close();
  });

  test("a range is chosen with Shift, changes status at once, and is undone at once", async () => {
    const { page, errors, close } = await open({ path: "/leads" });
    await tick(page, "דנה לוי").click();
    await tick(page, "אחמד חטיב").click({ modifiers: ["Shift"] });
    await bar(page).getByText("4 לקוחות נבחרו").waitFor();
    await bar(page).getByRole("button", { name: "סטטוס" }).click();
    await page.getByRole("menuitem", { name: "נסגר בהצלחה" }).click();
    const toast = page.locator(".toast");
    await toast.getByText(/^4 לקוחות/).waitFor();
    for (const name of ["דנה לוי", "יוסי אברהמי"])
      await rowOf(page, name).getByRole("button", { name: /^נסגר/ }).waitFor();
    await bar(page).waitFor({ state: "detached" });
    await toast.getByRole("button", { name: "החזרה" }).click();
    await rowOf(page, "דנה לוי").getByRole("button", { name: /^חדש/ }).waitFor();
    await page.reload();
    await rowOf(page, "דנה לוי").getByRole("button", { name: /^חדש/ }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("customers are given to a person, whom every panel shows; Escape chooses none", async () => {
    await given.office.logIn("agent");
    const other = await open({ path: "/leads", role: "agent" });
    const { page, errors, close } = await open({ path: "/leads" });
    await tick(page, "מיכל פרידמן").click();
    await bar(page).getByRole("button", { name: "אחראי" }).click();
    await page.getByRole("menuitem", { name: "יוסי אברהמי" }).click();
    await rowOf(page, "מיכל פרידמן").locator(".lead-owner").getByText("יוסי אברהמי").waitFor();
    await rowOf(other.page, "מיכל פרידמן").locator(".lead-owner").getByText("יוסי אברהמי").waitFor();
    await tick(page, "מיכל פרידמן").click();
    await page.keyboard.press("Escape");
    await bar(page).waitFor({ state: "detached" });
    expect(await tick(other.page, "מיכל פרידמן").isChecked()).toBe(false);
    expect(errors).toEqual([]);
    await other.close();
    await close();
  });

  test("whoever is no longer there is named, and the others change", async () => {
    const { page, close } = await open({ path: "/leads" });
    await tick(page, "תומר גולן").click();
    await tick(page, "נטע אורן").click();
    await page.route("**/api/leads/change", async (route) => {
      const sent = route.request().postDataJSON() as { ids: string[]; change: object };
      const [kept, ...missing] = sent.ids;
      const answer = await route.fetch({ postData: JSON.stringify({ ...sent, ids: [kept] }) });
      await route.fulfill({ response: answer, json: { changed: [kept], missing } });
    });
    await bar(page).getByRole("button", { name: "מקור" }).click();
    await page.getByRole("menuitem", { name: "המלצה" }).click();
    await page.getByText(/לא השתנו, כי כבר אינם ברשימה: (תומר גולן|נטע אורן)$/).waitFor();
    await page.getByText("לקוח אחד: המלצה").waitFor();
    await close();
  });

  test("a file of customers shows what it would add, and which lines it leaves out, before it is taken", async () => {
    const { page, errors, shot, violations, close } = await open({ path: "/leads", width: 390 });
    await page.getByRole("button", { name: "קבצים" }).click();
    await page.getByRole("menuitem", { name: "לקוחות מקובץ" }).click();
    const text = "שם,טלפון\nגליה מהקובץ,0542221100\nדנה,0524310022\nבלי מספר נכון,abc\n";
    const file = { name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
    await page.getByLabel("הקובץ").setInputFiles(file);
    await page.getByText("לקוח חדש אחד, אחד כבר ברשימה.").waitFor();
    await page.getByText("שורה 4: זה לא מספר טלפון").waitFor();
    await shot("leads-file");
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "הוספה" }).click();
    await page.getByText("נוסף לקוח אחד, אחד כבר היה ברשימה").waitFor();
    await page.getByRole("searchbox").fill("גליה");
    await page.getByText("גליה מהקובץ").waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("on a phone a long press begins, a press goes on, and the file has only the chosen ones", async () => {
    const { page, errors, close } = await open({ path: "/leads", width: 390 });
    const link = page.getByRole("link", { name: /שירה מזרחי/ });
    await link.dispatchEvent("pointerdown", { pointerType: "touch", isPrimary: true, clientX: 200, clientY: 200 });
    await bar(page).getByText("לקוח אחד נבחר").waitFor();
    await link.dispatchEvent("pointerup", { pointerType: "touch" });
    await link.dispatchEvent("click"); // what the browser sends after it: opens nothing
    await page.getByRole("link", { name: /הדר ביטון/ }).click();
    await bar(page).getByText("2 לקוחות נבחרו").waitFor();
    // Icons alone told nobody which of the four is which.
    const names = bar(page).locator(".btn-text");
    expect(await names.allInnerTexts()).toEqual(["סטטוס", "אחראי", "מקור", "לקובץ"]);
    for (const name of await names.all()) expect((await name.boundingBox())!.width).toBeGreaterThan(10);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      bar(page).getByRole("button", { name: "לקובץ" }).click(),
    ]);
    const text = await Bun.file(await download.path()).text();
    expect(text).toContain("שירה מזרחי");
    expect(text).toContain("הדר ביטון");
    expect(text.trim().split("\r\n")).toHaveLength(3);
    expect(errors).toEqual([]);
    await close();
  });
});
