import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Language } from "../language.ts";
import type { Role } from "../session.ts";
import type { Office } from "./office.ts";

/** Screenshots of the run; git does not see them. */
const artefacts = join(import.meta.dir, "../../artifacts/web");

export interface PanelOptions {
  /** Null = a stranger. */
  role?: Role | null;
  /** 390 is a phone with touch, everything from 768 a desk. */
  width?: number;
  height?: number;
  language?: Language;
  theme?: "light" | "dark";
  path?: string;
}

export interface OpenPanel {
  readonly page: Page;
  /** What the page said that it should not: thrown errors, errors on the console. */
  readonly errors: readonly string[];
  /** Goes to another page by loading it. */
  show(path: string): Promise<void>;
  /** Keeps a picture under `artifacts/web/`, named after width, language and theme. */
  shot(name: string): Promise<void>;
  /** What axe finds against WCAG 2.2 AA and good practice: one line each. */
  violations(): Promise<string[]>;
  /** Everything that is wrong with the page whichever it is: for axe, in the other colours too, in its width, on the console. */
  problems(): Promise<string[]>;
  close(): Promise<void>;
}

/** The panel as one person sees it on one device, ready to be used. */
export async function openPanel(
  browser: Browser,
  office: Pick<Office, "stage" | "logIn">,
  options: PanelOptions = {},
): Promise<OpenPanel> {
  const { role = "owner", width = 1280, language = "he", theme = "light", path = "/" } = options;
  const phone = width < 768;
  const url = office.stage.listensAt;
  const context = await browser.newContext({
    viewport: { width, height: options.height ?? (phone ? 844 : 900) },
    hasTouch: phone,
    isMobile: phone,
    deviceScaleFactor: phone ? 2 : 1,
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: language === "he" ? "he-IL" : "en-IL",
    timezoneId: "Asia/Jerusalem",
  });
  await context.addCookies([
    { name: "panel_language", value: language, url },
    ...(role === null ? [] : await office.logIn(role)),
  ]);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
  });
  const show = async (to: string): Promise<void> => {
    const answer = await page.goto(`${url}${to}`);
    if (answer?.status() !== 200) throw new Error(`${to} answered ${answer?.status()}: ${await answer?.text()}`);
    await page.locator("h1").first().waitFor();
  };
  await show(path);
  return {
    page,
    errors,
    show,
    async shot(name) {
      mkdirSync(artefacts, { recursive: true });
      await settle(page);
      await page.screenshot({ path: join(artefacts, `${name}-${width}-${language}-${theme}.png`) });
    },
    violations: () => axe(page),
    async problems() {
      const found = await axe(page);
      const layout = await page.evaluate(outOfSight);
      await page.emulateMedia({ colorScheme: theme === "light" ? "dark" : "light" });
      found.push(...(await axe(page, ["color-contrast"])));
      await page.emulateMedia({ colorScheme: theme });
      return [...found, ...layout, ...errors.splice(0)];
    },
    close: () => context.close(),
  };
}

/** Waits until nothing is fetched, no skeleton stands and every font is there. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => void (await document.fonts.ready));
  // Not an async function, whose promise would count as true at once; and what moves with the scroll never ends.
  await page.waitForFunction(
    () =>
      document.querySelector("#app .skeleton") === null &&
      document
        .getAnimations()
        .filter(({ timeline }) => timeline === document.timeline)
        .every((a) => a.playState !== "running" || a.effect?.getTiming().iterations === Number.POSITIVE_INFINITY),
  );
}

interface AxeResults {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

const everyRule = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function axe(page: Page, rules: readonly string[] = everyRule): Promise<string[]> {
  await settle(page);
  const there = await page.evaluate(() => "axe" in globalThis);
  if (!there) await page.evaluate(await Bun.file(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir)).text());
  const { violations } = await page.evaluate((runOnly) => {
    const { axe: tester } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    // Where everything else stands that has nothing wrong with it is most of the work.
    return tester.run({ runOnly, resultTypes: ["violations"] });
  }, rules);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ""}`),
  );
}

/** In the page: what is wider than the window, and a title that stands outside of it. */
function outOfSight(): string[] {
  const wide = [document.documentElement, document.querySelector("main") ?? document.body]
    .filter((element) => element.scrollWidth > innerWidth)
    .map((element) => `${element.tagName} is ${element.scrollWidth - innerWidth} px too wide`);
  const { left, right } = document.querySelector("h1")!.getBoundingClientRect();
  return left >= 0 && right <= innerWidth ? wide : [...wide, `the title stands from ${left} to ${right}`];
}
