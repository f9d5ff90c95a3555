import type { Browser } from "playwright-core";
import type { Office } from "../../web/testing/office.ts";
import { openPanel } from "../../web/testing/open-panel.ts";
import { routes } from "../../web/testing/pages.ts";
import { seedCall } from "../../web/testing/seed-call.ts";
import type { Budget } from "../bench-web.ts";

const devices = [390, 1280].flatMap((width) =>
  (["he", "en"] as const).flatMap((language) =>
    (["light", "dark"] as const).map((theme) => ({ width, language, theme })),
  ),
);

/** Every page of the routing table in both languages and themes at both widths, against WCAG 2.2 AA and good practice. */
export async function checkAxe(browser: Browser, office: Office, customerId: string): Promise<Budget[]> {
  const found: string[] = [];
  let states = 0;
  const callId = await seedCall(office.stage, office.businessId);
  for (const path of [...(await routes(customerId)), `/calls/${callId}`])
    for (const device of devices) {
      const role = path.startsWith("/admin/") ? "system_admin" : "owner";
      const panel = await openPanel(browser, office, { path, role, ...device });
      const state = `${path} ${Object.values(device).join(" ")}`;
      states += 1;
      for (const problem of await panel.violations()) found.push(`${state}: ${problem}`);
      for (const error of panel.errors) found.push(`${state}: console: ${error}`);
      await panel.close();
    }
  for (const line of found) process.stdout.write(`${line}\n`);
  return [{ what: `axe violations and console errors in ${states} states`, value: found.length, limit: 0, unit: "" }];
}
