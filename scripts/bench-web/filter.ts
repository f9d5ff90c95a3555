import { sql } from "drizzle-orm";
import type { Browser } from "playwright-core";
import { withTenant } from "../../src/db/tenant.ts";
import type { Office } from "../../web/testing/office.ts";
import { openPanel } from "../../web/testing/open-panel.ts";
import type { Budget } from "../bench-web.ts";

const count = 10_000;
const words = ["דנה", "לוי 9", "052", "אברהם 42", "zzz"];

/** From the press of a key to the frame that shows its result, in a list of ten thousand. */
export async function measureFilter(browser: Browser, office: Office): Promise<Budget[]> {
  await withTenant(
    office.stage.db,
    office.businessId,
    async (tx) => {
      await tx.execute(sql`with made as (
      insert into customers (id, business_id, name, created_at, updated_at)
      select gen_random_uuid(), ${office.businessId}, (array['דנה לוי','יוסי כהן','אברהם מזרחי','Alex Roman'])[1 + i % 4] || ' ' || i, now(), now()
      from generate_series(1, ${count}) i returning id, name)
      insert into leads (id, business_id, customer_id, source, name, created_at, updated_at)
      select gen_random_uuid(), ${office.businessId}, id, 'import', name, now(), now() from made`);
    },
    { deadlineMs: 120_000 },
  );
  const panel = await openPanel(browser, office, { path: "/leads" });
  const { page } = panel;
  await page.locator(".page-title", { hasText: "10,0" }).filter({ hasText: "לקוחות" }).waitFor();
  await page.waitForFunction((text) => !document.querySelector(".page-title")?.textContent?.includes(text), "נטענו");
  const times: number[] = [];
  for (const word of words) {
    await page.getByRole("searchbox").fill("");
    for (const letter of word) times.push(await keyToFrame(page, letter));
  }
  await panel.close();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return [
    { what: `${count} customers, key to painted, median of ${times.length}`, value: at(0.5), limit: 50, unit: "ms" },
    { what: `${count} customers, key to painted, worst of ${times.length}`, value: at(1), limit: 50, unit: "ms" },
  ];
}

const keyToFrame = (page: Awaited<ReturnType<typeof openPanel>>["page"], letter: string): Promise<number> =>
  page.evaluate(
    (typed) =>
      new Promise<number>((resolve) => {
        const input = document.querySelector<HTMLInputElement>("input[type=search]")!;
        input.focus();
        const startedMs = performance.now();
        input.value += typed;
        input.dispatchEvent(new InputEvent("input", { bubbles: true, data: typed }));
        // After the next frame's paint a message task runs first.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - startedMs);
          port2.postMessage(0);
        });
      }),
    letter,
  );
