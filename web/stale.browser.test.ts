import { expect, test } from "bun:test";
import type { Route } from "playwright-core";
import { inviteMember, listTeam } from "../src/auth/team.ts";
import { newId } from "../src/base/ids.ts";
import { createTask } from "../src/crm/tasks/create-task.ts";
import { announce } from "../src/db/announce.ts";
import { withSystem, withTenant } from "../src/db/tenant.ts";
import { addDevice } from "../src/notify/push-devices.ts";
import { inBrowser } from "./testing/in-browser.ts";
import { seedCall } from "./testing/seed-call.ts";

inBrowser("old data in a browser", {}, (given) => {
  const { open } = given;

  test("what no fact tells of is read again after a while, and says of when it is when that fails", async () => {
    const { page, close } = await open({ role: "system_admin", path: "/admin/health" });
    await page.getByRole("heading", { name: "התהליך" }).waitFor();
    await page.route("**/api/admin/health", (route) => route.fulfill({ status: 500, json: {} }));
    await page.clock.setFixedTime(Date.now() + 60_000);
    await page.locator("a[href='/admin/audit']").first().click();
    await page.getByRole("heading", { name: "ביקורת" }).waitFor(); // until its page has come, the one before stands
    await page.locator("a[href='/admin/health']").first().click();
    await page.getByText(/נכון לשעה/).waitFor();
    await page.unroute("**/api/admin/health");
    await page.getByRole("button", { name: "ניסיון נוסף" }).click();
    await page.getByText(/נכון לשעה/).waitFor({ state: "detached" });
    await close();
  });

  test("today's figures stay when they cannot be read again, and say once of when they are", async () => {
    const { stage, businessId } = given.office;
    const { page, close } = await open();
    const calls = page.locator("a.figure[href='/calls'] .figure-value");
    await page.waitForFunction(() => /\d/.test(document.querySelector(".figure-value")?.textContent ?? ""));
    const before = await calls.textContent();
    const failing = (route: Route) => route.fulfill({ status: 500, json: {} });
    await page.route(/\/api\/(calls|tasks|notifications)\?/, failing);
    for (const type of ["call", "task"] as const)
      await withTenant(stage.db, businessId, (tx) => announce(tx, { businessId, type, id: newId() }));
    const note = page.getByText(/נכון לשעה/);
    await note.waitFor();
    expect([await note.count(), await calls.textContent()]).toEqual([1, before]);
    await page.unroute(/\/api\/(calls|tasks|notifications)\?/);
    await page.getByRole("button", { name: "ניסיון נוסף" }).click();
    await note.waitFor({ state: "detached" });
    await page.route("**/api/tasks?*", failing);
    await page.reload();
    await page.locator(".needs").getByRole("button", { name: "ניסיון נוסף" }).waitFor();
    await close();
  });

  test("a step of the checklist that somebody has just done is ticked; when none could be read, they can be tried again", async () => {
    const { stage, businessId } = given.office;
    const { page, close } = await open({ path: "/more" });
    await page.route("**/api/team", (route) => route.fulfill({ status: 500, json: {} }));
    await page.goto(stage.listensAt);
    const again = page.locator("aside").getByRole("button", { name: "ניסיון נוסף" });
    await again.waitFor();
    await page.unroute("**/api/team");
    await again.click();
    const step = (to: string) => page.locator(`.step[href='${to}']`);
    for (const to of ["/settings?tab=team", "/notifications"])
      await step(to).and(page.locator(":not(.done)")).waitFor();
    const ctx = { businessId, actor: { kind: "system" as const } };
    const person = { email: "rina@example.co.il", name: "רינה", role: "agent" as const };
    await withSystem(stage.db, (tx) => inviteMember({ ...ctx, tx }, person, Temporal.Now.instant()));
    await step("/settings?tab=team").and(page.locator(".done")).waitFor();
    const owner = await withSystem(stage.db, (tx) => listTeam({ ...ctx, tx }));
    const device = { endpoint: "https://push.example/1", p256dh: "p", auth: "a", language: "he" as const };
    await withTenant(stage.db, businessId, (tx) =>
      addDevice({ ...ctx, tx }, owner.find(({ role }) => role === "owner")!.id, device),
    );
    await step("/notifications").and(page.locator(".done")).waitFor();
    await close();
  });

  test("what happens between the first look and the first open of the live line is shown", async () => {
    const { stage, businessId } = given.office;
    const { page, errors, close } = await open({ path: "/more" });
    const held = Promise.withResolvers<void>();
    await page.route("**/api/events*", async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.goto(`${stage.listensAt}/tasks`);
    await page.getByText("אין משימות פתוחות").waitFor();
    await withTenant(stage.db, businessId, (tx) =>
      createTask({ businessId, actor: { kind: "assistant" }, tx }, { title: "להתקשר לרונית" }),
    );
    held.resolve();
    await page.getByText("להתקשר לרונית").waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("a new call does not fold the pages of the call log together that were opened", async () => {
    const { stage, businessId } = given.office;
    await seedCall(stage, businessId);
    const { page, close } = await open({ path: "/tasks" });
    const asked: string[] = [];
    await page.route(/\/api\/calls\?/, async (route) => {
      const url = new URL(route.request().url());
      const [limit, from] = [Number(url.searchParams.get("limit")), Number(url.searchParams.get("cursor") ?? 0)];
      asked.push(`${from}+${limit}`);
      url.searchParams.delete("cursor");
      const answer = await route.fetch({ url: url.href });
      const [one] = (await answer.json()).items;
      const items = Array.from({ length: Math.min(limit, 120 - from) }, (_, at) => ({ ...one, id: `${from + at}` }));
      const next = from + items.length < 120 ? String(from + items.length) : null;
      await route.fulfill({ response: answer, json: { items, next } });
    });
    await page.goto(`${stage.listensAt}/calls`);
    const rows = page.locator("a.row[href^='/calls/']");
    await page.getByRole("button", { name: "עוד" }).click();
    await page.waitForFunction(() => document.querySelectorAll("a.row[href^='/calls/']").length === 100);
    await withTenant(stage.db, businessId, (tx) => announce(tx, { businessId, type: "call", id: newId() }));
    await page.waitForResponse((response) => response.url().includes("limit=100"));
    expect(await rows.count()).toBe(100);
    expect(asked).toContain("0+100");
    await close();
  });
});
