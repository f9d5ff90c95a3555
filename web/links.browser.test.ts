import { expect, test } from "bun:test";
import { withTenant } from "../src/db/tenant.ts";
import { listScenarios, saveScenario } from "../src/rehearsal/scenarios.ts";
import { match } from "./address.ts";
import { inBrowser } from "./testing/in-browser.ts";
import { settle } from "./testing/open-panel.ts";
import { patterns, routes } from "./testing/pages.ts";
import { seedCall } from "./testing/seed-call.ts";

inBrowser("links and forms of the panel in a browser", {}, (given) => {
  const { open } = given;

  test("no link of any page leads to a page that there is not", async () => {
    const { stage, businessId } = given.office;
    const callId = await seedCall(stage, businessId);
    const { page, close } = await open({ path: `/calls/${callId}` });
    await page.getByRole("link", { name: "כרטיס הלקוח" }).click();
    await page.waitForURL("**/customers/*");
    const own = new URL(page.url()).pathname;
    await close();
    const known = await patterns();
    const dead = new Set<string>();
    for (const role of ["owner", "system_admin"] as const) {
      const panel = await open({ role });
      const paths = (await routes("")).filter((path) => path.startsWith("/admin/") === (role === "system_admin"));
      for (const path of role === "owner" ? [...paths, own, `/calls/${callId}`] : paths) {
        await panel.show(path);
        await settle(panel.page);
        const links = await panel.page
          .locator("a[href^='/']")
          .evaluateAll((anchors) => anchors.map((anchor) => (anchor as HTMLAnchorElement).pathname));
        for (const link of links)
          if (!link.startsWith("/api/") && !known.some((pattern) => match(pattern, link) !== null))
            dead.add(`${path} -> ${link}`);
      }
      await panel.close();
    }
    expect([...dead]).toEqual([]);
  });

  test("the figure of answered calls opens the log of answered calls", async () => {
    const { page, close } = await open({ path: "/" });
    await page.locator("a.figure").nth(1).click();
    await page.locator(".chip[aria-pressed=true]").getByText("נענו", { exact: true }).waitFor();
    await close();
  });

  test("editing a rehearsal scenario keeps the checks that the form has no field for", async () => {
    const { stage, businessId } = given.office;
    const ctx = { businessId, actor: { kind: "assistant" as const } };
    const kept = [{ kind: "tool", name: "check_availability" }] as const;
    await withTenant(stage.db, businessId, (tx) =>
      saveScenario({ ...ctx, tx }, { name: "פנייה", lines: ["שלום"], checks: [...kept] }),
    );
    const { page, close } = await open({ path: "/rehearsal" });
    await page.getByRole("button", { name: "פנייה" }).click();
    await page.getByLabel("שם", { exact: true }).fill("פנייה חדשה");
    await page.locator("dialog").getByRole("button", { name: "שמירה" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    const stored = await withTenant(stage.db, businessId, (tx) => listScenarios({ ...ctx, tx }));
    expect(stored.map(({ name, checks }) => ({ name, checks }))).toEqual([{ name: "פנייה חדשה", checks: [...kept] }]);
    await close();
  });
});
