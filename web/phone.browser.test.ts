import { beforeAll, expect, test } from "bun:test";
import { withTenant } from "../src/db/tenant.ts";
import { recordUnanswered } from "../src/tenants/questions.ts";
import { fillOffice, hardNames } from "./testing/busy-day.ts";
import { inBrowser } from "./testing/in-browser.ts";
import { settle } from "./testing/open-panel.ts";
import { routes } from "./testing/pages.ts";
import { seedCall } from "./testing/seed-call.ts";

const settingsTabs = ["hours", "statuses", "team", "notifications", "privacy", "keys", "audit"];

inBrowser("every page on a phone", {}, (given) => {
  const { open } = given;
  let paths: string[];

  beforeAll(async () => {
    const { stage, businessId } = given.office;
    const [customer = ""] = await fillOffice(given.office, hardNames);
    const call = await seedCall(stage, businessId);
    const ctx = { businessId, actor: { kind: "system" as const } };
    const question = "אפשר להגיע עם כלב גדול, ויש מעלית שבת בבניין?";
    await withTenant(stage.db, businessId, (tx) => recordUnanswered({ ...ctx, tx }, question, null));
    paths = [
      ...(await routes(customer)).filter((path) => !path.startsWith("/admin/")),
      ...settingsTabs.map((tab) => `/settings?tab=${tab}`),
      ...["/assistant?tab=knows", "/assistant?tab=does", "/leads?view=board", "/calendar?view=day"],
      ...[`/inbox?with=${customer}`, `/calls/${call}`],
    ];
  }, 90_000);

  // The button that renews the calendar's address ended outside the page, and the channels scrolled past their end.
  test.each(["he", "en"] as const)(
    "nothing ends outside it, it has one end, and a finger hits 44 px, in %s",
    async (language) => {
      const { page, show, errors, close } = await open({ language, width: 390, path: "/tasks" });
      const found: string[] = [];
      for (const path of paths) {
        await show(path);
        await settle(page);
        for (const problem of await page.evaluate(outside)) found.push(`${path}: ${problem}`);
        for (const problem of await page.evaluate(tooSmall)) found.push(`${path}: ${problem}`);
        const title = page.locator("h1").first();
        if (await title.evaluate((h1) => h1.clientWidth > 1 && h1.scrollWidth > h1.clientWidth))
          found.push(`${path}: its title is cut off`);
      }
      expect(found).toEqual([]);
      expect(errors).toEqual([]);
      await close();
    },
  );

  // The cells stood under each other, without the names of their columns for whoever hears the page.
  test("the days of a report are a table that fits, and the shekel's sign stands on one side", async () => {
    const { page, violations, shot, errors, close } = await open({ width: 390, path: "/reports" });
    await page.locator("summary").click();
    const days = page.locator("details table");
    await days.scrollIntoViewIfNeeded();
    await shot("reports-days");
    expect(await page.evaluate(outside)).toEqual([]);
    const displays = await days.evaluate((table) =>
      [table, ...table.querySelectorAll("*")].map((part) => getComputedStyle(part).display),
    );
    expect(displays.filter((display) => !display.startsWith("table"))).toEqual([]);
    const text = await page.locator("main").innerText();
    const signs = text.match(/₪/g) ?? [];
    expect(signs.length).toBeGreaterThan(3);
    expect(text.match(/₪\d/g)).toHaveLength(signs.length);
    expect(await violations()).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });
});

/** In the page: what reaches beyond its sides without a way to scroll there, and a document that scrolls beside its page. */
function outside(): string[] {
  const root = document.documentElement;
  const taller =
    root.scrollHeight > innerHeight ? [`the document is ${root.scrollHeight - innerHeight} px taller`] : [];
  const isMain = (element: Element): boolean => element.matches("main");
  const scrolls = (element: Element): boolean =>
    !isMain(element) && ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(element).overflowX);
  const held = (element: Element): boolean => {
    for (let at = element.parentElement; at !== null && !isMain(at); at = at.parentElement)
      if (scrolls(at)) return true;
    return false;
  };
  const wide = [...document.querySelectorAll("main *")].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 1 && (left < -1 || right > innerWidth + 1) && !scrolls(element) && !held(element);
  });
  return [
    ...taller,
    ...wide.map((element) => `${element.tagName} ${element.className}: ${element.textContent?.slice(0, 60)}`),
  ];
}

/** In the page: what can be pressed and is hit by no finger that lands 21 px beside its middle. */
function tooSmall(): string[] {
  // Links in a sentence, and the box beside a row that takes the press itself.
  const excused = "p a, .lead-choice, .skip";
  const all = document.querySelectorAll("a[href], button, select, summary, textarea, input:not([type=hidden])");
  return [...all].flatMap((element) => {
    const target = element.closest("label") ?? element;
    if (element.matches(excused) || !element.checkVisibility({ visibilityProperty: true })) return [];
    const size = target.getBoundingClientRect();
    if (size.width < 2 || (size.width >= 43.5 && size.height >= 43.5)) return [];
    target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const { left, top, width, height } = target.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const beside = [
      [x, y - 21],
      [x, y + 21],
      [x - 21, y],
      [x + 21, y],
    ] as const;
    const missed = beside.flatMap(([px, py]) => {
      if (px < 0 || py < 0 || px >= innerWidth || py >= innerHeight) return [];
      const hit = document.elementFromPoint(px, py);
      return target.contains(hit) ? [] : [`${hit?.tagName} ${hit?.className}`];
    });
    const name = element.getAttribute("aria-label") ?? element.textContent?.trim().slice(0, 40);
    return missed.length === 0
      ? []
      : [`${element.tagName} ${element.className} "${name}", ${width} x ${height}, beside it ${missed[0]}`];
  });
}
