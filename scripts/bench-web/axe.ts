import type { Browser } from "playwright-core";
import type { Office } from "../../web/testing/office.ts";
import { openPanel } from "../../web/testing/open-panel.ts";
import { routes } from "../../web/testing/pages.ts";
import type { Budget } from "../bench-web.ts";

/** Every page of the routing table in both themes at both widths, against WCAG 2.2 AA and good practice. */
export async function checkAxe(browser: Browser, office: Office, customerId: string): Promise<Budget[]> {
  const found: string[] = [];
  let states = 0;
  for (const path of await routes(customerId))
    for (const width of [390, 1280])
      for (const theme of ["light", "dark"] as const) {
        const panel = await openPanel(browser, office, { path, width, theme, role: "owner" });
        states += 1;
        for (const problem of await panel.violations()) found.push(`${path} ${width} ${theme}: ${problem}`);
        for (const error of panel.errors) found.push(`${path} ${width} ${theme}: console: ${error}`);
        await panel.close();
      }
  for (const line of found) process.stdout.write(`${line}\n`);
  return [{ what: `axe violations and console errors in ${states} states`, value: found.length, limit: 0, unit: "" }];
}
