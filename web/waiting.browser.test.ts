import { expect, test } from "bun:test";
import { createTask } from "../src/crm/tasks/create-task.ts";
import { withTenant } from "../src/db/tenant.ts";
import type { Ctx } from "../src/tenants/ctx.ts";
import { inBrowser } from "./testing/in-browser.ts";

inBrowser("what waits for somebody, in a browser", {}, (given) => {
  const { open } = given;

  const inOffice = <T>(act: (ctx: Ctx) => Promise<T>, actor: Ctx["actor"] = { kind: "assistant" }): Promise<T> =>
    withTenant(given.office.stage.db, given.office.businessId, (tx) =>
      act({ businessId: given.office.businessId, actor, tx }),
    );

  test("a message that the assistant took waits on the day's page though it has no date; a colleague's plan does not", async () => {
    const { page, errors, close } = await open({ path: "/" });
    await page.goto(new URL("/tasks?new=1", page.url()).href);
    await page.getByLabel("מה צריך לעשות").fill("לסדר את הארון");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByRole("button", { name: "סימון כבוצע: לסדר את הארון" }).waitFor();
    await inOffice((ctx) => createTask(ctx, { title: "הודעה מלקוח", detail: "תחזרו אליי בבקשה" }));
    await page.goto(new URL("/", page.url()).href);
    const done = page.getByRole("button", { name: "סימון כבוצע: הודעה מלקוח" });
    await done.waitFor();
    expect(await page.getByRole("button", { name: "סימון כבוצע: לסדר את הארון" }).count()).toBe(0);
    await done.click();
    await done.waitFor({ state: "detached" });
    expect(errors).toEqual([]);
    await close();
  });
});
