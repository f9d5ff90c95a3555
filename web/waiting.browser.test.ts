import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "../src/base/ids.ts";
import { createTask } from "../src/crm/tasks/create-task.ts";
import { notifications } from "../src/db/schema/notification.ts";
import { tasks } from "../src/db/schema/task.ts";
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

  // After a file of customers it said a hundred, whatever their number.
  test("more new customers than the day's page counts are a hundred and more", async () => {
    await inOffice(({ tx, businessId }) =>
      tx.execute(sql`with made as (
        insert into customers (id, business_id, name)
        select gen_random_uuid(), ${businessId}, 'לקוחה ' || i from generate_series(1, 101) i returning id, name)
        insert into leads (id, business_id, customer_id, source, name)
        select gen_random_uuid(), ${businessId}, id, 'import', name from made`),
    );
    const { page, close } = await open({ path: "/" });
    await page.getByRole("link", { name: "100+ לקוחות חדשים" }).waitFor();
    await close();
  });

  test("a receptionist's day began with setting the business up, and what waits stood below it on a phone", async () => {
    await inOffice((ctx) => createTask(ctx, { title: "מי שמחכה", detail: "תחזרו אליי בבקשה" }));
    const { page, errors, shot, close } = await open({ role: "agent", path: "/", width: 390 });
    await page.getByRole("button", { name: "סימון כבוצע: מי שמחכה" }).waitFor();
    await shot("today-receptionist");
    expect(await page.getByText("עשר הדקות הראשונות").count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test("what the assistant wrote down last is in the list of tasks behind two hundred that have a date", async () => {
    await inOffice(({ tx, businessId }) =>
      tx.insert(tasks).values(
        Array.from({ length: 201 }, (_, index) => {
          const dueAt = Temporal.Now.instant().add({ hours: 24 * 30 + index });
          return { id: newId(), businessId, title: `תזכורת ${index}`, dueAt };
        }),
      ),
    );
    await inOffice((ctx) => createTask(ctx, { title: "לחזור למתקשרת האחרונה" }));
    const { page, errors, close } = await open({ path: "/tasks" });
    await page.getByRole("button", { name: "סימון כבוצע: לחזור למתקשרת האחרונה" }).waitFor();
    expect(await page.getByRole("button", { name: "עוד", exact: true }).count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test("behind the bell, lines of long ago are reached by More", async () => {
    await inOffice(({ tx, businessId }) =>
      tx.insert(notifications).values(
        Array.from({ length: 205 }, (_, index) => ({
          ...{ id: newId(), businessId, kind: "meeting_booked" as const, title: `לקוחה ${index}` },
          ...{ subject: `past:${index}`, createdAt: Temporal.Now.instant().subtract({ hours: 24 + index }) },
        })),
      ),
    );
    const { page, errors, violations, close } = await open({ path: "/notifications" });
    const more = page.getByRole("button", { name: "עוד", exact: true });
    await more.waitFor();
    expect(await page.getByText("לקוחה 204", { exact: false }).count()).toBe(0);
    await more.click();
    await page.getByText("לקוחה 150").waitFor();
    await more.click();
    await page.getByText("לקוחה 204").waitFor();
    expect(await violations()).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });
});
