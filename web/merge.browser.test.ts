import { beforeAll, expect, test } from "bun:test";
import { fillOffice } from "./testing/busy-day.ts";
import { inBrowser } from "./testing/in-browser.ts";

inBrowser("two customers who are one person, in a browser", {}, (given) => {
  const { open } = given;
  let customers: string[];

  beforeAll(async () => {
    customers = await fillOffice(given.office);
  }, 60_000);

  const dialogOf = async (path: string, width: number, role: "owner" | "agent" = "owner") => {
    const panel = await open({ path, width, role });
    await panel.page.getByRole("button", { name: "פעולות נוספות" }).click();
    await panel.page.getByRole("menuitem", { name: "זה אותו אדם כמו…" }).click();
    const who = panel.page.getByRole("combobox", { name: "שם או מספר של הלקוח השני" });
    const list = panel.page.getByRole("listbox", { name: "לקוחות שנמצאו" });
    return { ...panel, who, list, go: panel.page.getByRole("button", { name: "איחוד", exact: true }) };
  };

  test("what moves is shown, what is missing stands beside its field; merged, undone by the toast, and from the page", async () => {
    const [id, other] = [customers[0]!, customers[4]!]; // דנה לוי and רונית בן דוד, each with a task and a number
    const { page, who, list, go, shot, violations, close } = await dialogOf(`/customers/${id}`, 390);
    const bothNumbers = page.locator("aside a[href^='tel:']");
    await go.click();
    await page.locator("dialog .field .error").waitFor();
    expect(await who.getAttribute("aria-invalid")).toBe("true");
    expect(await violations()).toEqual([]);

    await who.fill("דנה לוי");
    expect(await list.getByRole("option", { name: /דנה לוי/ }).count()).toBe(0); // nobody is merged with themselves
    await who.fill("רונית");
    await list.getByRole("option", { name: /רונית בן דוד/ }).click();
    const moves = page.getByRole("region", { name: "מה עובר לכאן" });
    await moves.getByText("השם שיישאר").waitFor();
    expect(await moves.textContent()).toContain("דנה לוי");
    expect(await moves.textContent()).toContain("נשאר של הכרטיס הזה");
    expect(await moves.getByText("מספרים ומזהים").count()).toBe(1);
    expect(await moves.getByText("משימות").count()).toBe(1);
    await go.click();
    await page.getByLabel("איך יודעים שזה אותו אדם?").and(page.locator("[aria-invalid=true]")).waitFor();
    await shot("customer-merge");
    expect(await violations()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

    await page.getByLabel("איך יודעים שזה אותו אדם?").fill("אמרה את המספר השני בשיחה");
    await go.click();
    await page.getByText("שני הכרטיסים אוחדו").waitFor();
    await bothNumbers.nth(1).waitFor();
    await page.getByRole("heading", { name: "אוחדו לכאן" }).waitFor();
    expect(await violations()).toEqual([]);
    await page.locator(".toast").getByRole("button", { name: "החזרה" }).click();
    await page.getByText("הכרטיסים הופרדו").waitFor();
    await bothNumbers.nth(1).waitFor({ state: "detached" });
    await page.goto(`${given.office.stage.listensAt}/customers/${other}`);
    await page.getByRole("heading", { name: "רונית בן דוד" }).waitFor();
    await close();
  });

  test("a merge is parted from the customer's page long after its toast; who is gone is said beside the field", async () => {
    const [id, other] = [customers[1]!, customers[2]!]; // יוסי אברהמי and מיכל פרידמן
    const first = await dialogOf(`/customers/${id}`, 1280);
    const late = await dialogOf(`/customers/${customers[3]!}`, 1280, "agent");
    for (const { who, list, page } of [first, late]) {
      await who.fill("מיכל");
      await list.getByRole("option", { name: /מיכל פרידמן/ }).click();
      await page.getByText("השם שיישאר").waitFor();
      await page.getByLabel("איך יודעים שזה אותו אדם?").fill("אותה תמונה");
    }
    await first.go.click();
    await first.page.getByText("שני הכרטיסים אוחדו").waitFor();
    await late.go.click();
    await late.page.getByText("הלקוח הזה כבר לא קיים").waitFor();
    expect(await late.who.getAttribute("aria-invalid")).toBe("true");
    await late.close();
    await first.page.reload();
    await first.page.getByText("אותה תמונה").waitFor();
    await first.page.getByRole("button", { name: "הפרדה" }).click();
    await first.page.getByText("הכרטיסים הופרדו").waitFor();
    await first.page.getByRole("heading", { name: "אוחדו לכאן" }).waitFor({ state: "detached" });
    expect(first.errors).toEqual([]);
    await first.page.goto(`${given.office.stage.listensAt}/customers/${other}`);
    await first.page.getByRole("heading", { name: "מיכל פרידמן" }).waitFor();
    await first.close();
  });
});
