import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { cleanPages, inBrowser } from "./testing/in-browser.ts";

inBrowser("the assistant's pages in a browser", { office: { environment: { OPENAI_API_KEY: "" } } }, (given) => {
  const { open } = given;

  cleanPages(given, {
    pages: () => ({
      assistant: "/assistant",
      "assistant-knows": "/assistant?tab=knows",
      "assistant-does": "/assistant?tab=does",
      rehearsal: "/rehearsal",
    }),
  });

  test("a greeting is previewed as it is written, saved, and still there afterwards", async () => {
    const { page, close } = await open({ path: "/assistant" });
    await page.getByLabel("ברכה בטלפון").fill("שלום מ{{business_name}}");
    await page.getByText("שלום מנדל״ן השרון").waitFor();
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("בתוקף מהשיחה הבאה").waitFor();
    await page.reload();
    await page.getByLabel("ברכה בטלפון").waitFor();
    expect(await page.getByLabel("ברכה בטלפון").inputValue()).toBe("שלום מ{{business_name}}");
    await close();
  });

  test("a transfer number is verified by the code that is read on the telephone there; until then it says so", async () => {
    const { page, violations, shot, errors, close } = await open({ path: "/assistant", width: 390 });
    await page.getByLabel("למי מעבירים").fill("052-1234567");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("עוד לא אומת").waitFor();
    await page.getByRole("button", { name: "התקשרו ואמתו" }).click();
    await page.getByText("מתקשרים עכשיו").waitFor();
    expect(await violations()).toEqual([]);
    await shot("transfer-check");
    const call = given.office.stage.world.placedCalls.at(-1)!;
    await call.finished;
    const code = call.digits.slice(0, 6);
    await page.getByLabel("הקוד שהוקרא").fill(code.replace(/^./, (first) => String((Number(first) + 1) % 10)));
    await page.getByRole("button", { name: "אימות", exact: true }).click();
    await page.getByText("זה לא הקוד שהוקרא").waitFor();
    await page.getByLabel("הקוד שהוקרא").fill(code);
    await page.getByRole("button", { name: "אימות", exact: true }).click();
    await page.getByText("המספר אומת בשיחה.").waitFor();
    expect(await page.getByText("עוד לא אומת").count()).toBe(0);
    expect(errors.filter((line) => !line.includes("422"))).toEqual([]);
    await close();
  });

  test("a fact is added, changed, removed, and brought back", async () => {
    const { page, errors, close } = await open({ path: "/assistant?tab=knows", width: 390 });
    await page.getByRole("button", { name: "הוספה" }).first().click();
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("שדה חובה").first().waitFor();
    await page.getByLabel("נושא").fill("חניה");
    await page.getByLabel("מה נכון").fill("יש חניה בחצר <b>חינם</b>");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByText("יש חניה בחצר <b>חינם</b>").waitFor();
    await page.getByRole("button", { name: "עריכה: חניה" }).click();
    await page.getByRole("button", { name: "מחיקה" }).click();
    await page.getByRole("status").getByRole("button", { name: "החזרה" }).click();
    await page.getByText("יש חניה בחצר").waitFor();
    expect(errors.filter((line) => !line.includes("422"))).toEqual([]);
    await close();
  });

  test("a prompt is saved twice, compared, and brought back", async () => {
    const { page, close } = await open({ path: "/assistant?tab=does" });
    const text = page.getByLabel("איך העסק מבקש לפעול");
    for (const body of ["לדבר בקיצור", "לדבר באריכות"]) {
      await text.fill(body);
      await page.getByRole("button", { name: "שמירה והפעלה" }).click();
      await page.getByText("בתוקף", { exact: true }).waitFor();
      await page.waitForTimeout(0);
    }
    await page.getByRole("button", { name: "מה השתנה" }).first().click();
    await page.locator(".difference ins").getByText("באריכות").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "חזרה לגרסה הזאת" }).last().click();
    await page.getByText("שוחזרה מגרסה 1").waitFor();
    await close();
  });

  test("a colleague's prompt was overwritten by a box that still held the older text", async () => {
    const path = "/assistant?tab=does&channel=whatsapp";
    const [mine, theirs] = [await open({ path }), await open({ path })];
    const box = ({ page }: { page: Page }) => page.getByLabel("איך העסק מבקש לפעול");
    const save = ({ page }: { page: Page }) => page.getByRole("button", { name: "שמירה והפעלה" });
    const sent: { body: string; basedOn: number }[] = [];
    mine.page.on("request", (request) => {
      if (request.method() === "PUT") sent.push(request.postDataJSON());
    });
    await box(mine).waitFor();
    await box(theirs).fill("של הקולגה");
    await save(theirs).click();
    // Nothing is written here: the newest text stands in the box, and is what a press saves.
    await mine.page.waitForFunction(() => document.querySelector("textarea")?.value === "של הקולגה");
    await save(mine).click();
    await mine.page.locator(".toast").getByText("בתוקף מהשיחה הבאה").waitFor();
    expect(sent.map(({ body }) => body)).toEqual(["של הקולגה"]);
    const first = sent[0]!.basedOn;

    await box(mine).fill("שלי");
    await box(theirs).fill("שוב של הקולגה");
    await save(theirs).click();
    await mine.page.getByText("מישהו שמר נוסח אחר").waitFor();
    await mine.page.locator(".difference").getByText("שוב של הקולגה").waitFor();
    expect(await mine.violations()).toEqual([]);
    await save(mine).click({ force: true }); // a choice comes first
    expect(sent).toHaveLength(1);
    expect(await box(mine).inputValue()).toBe("שלי");
    await mine.page.getByRole("button", { name: "להמשיך עם הנוסח שלי" }).click();
    await save(mine).click();
    await theirs.page.waitForFunction(() => document.querySelector("textarea")?.value === "שלי");
    expect(sent).toEqual([
      { body: "של הקולגה", basedOn: first },
      { body: "שלי", basedOn: first + 1 },
    ]);

    await box(mine).fill("טיוטה");
    await box(theirs).fill("אחרון");
    await save(theirs).click();
    await mine.page.getByRole("button", { name: "הנוסח החדש במקום שלי" }).click();
    expect(await box(mine).inputValue()).toBe("אחרון");
    await theirs.close();
    await mine.close();
  });

  test("a fact and a greeting overwrote what a colleague had saved while they were being written", async () => {
    const { page, violations, close } = await open({ path: "/assistant?tab=knows" });
    await page.getByRole("button", { name: "הוספה" }).first().click();
    await page.getByLabel("נושא").fill("כתובת");
    await page.getByLabel("מה נכון").fill("הרצל 1");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.getByRole("button", { name: "עריכה: כתובת" }).click();
    const { page: colleague } = await open({ path: "/assistant?tab=knows" });
    await colleague.getByRole("button", { name: "עריכה: כתובת" }).click();
    await colleague.getByLabel("מה נכון").fill("הרצל 2");
    await colleague.getByRole("button", { name: "שמירה" }).click();
    await page.locator(".difference").getByText("הרצל 2").waitFor();
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "הנוסח החדש במקום שלי" }).click();
    expect(await page.getByLabel("מה נכון").inputValue()).toBe("הרצל 2");

    const here = `${given.office.stage.listensAt}/assistant`;
    await Promise.all([page.goto(here), colleague.goto(here)]);
    await page.getByLabel("ברכה בטלפון").fill("שלי");
    await colleague.getByLabel("ברכה בטלפון").fill("של הקולגה");
    await colleague.getByLabel("השם שלה").fill("נועה");
    await colleague.getByRole("button", { name: "שמירה" }).click();
    await page.waitForFunction(() => document.querySelector("input")?.value === "נועה");
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.locator(".difference").getByText("של הקולגה").waitFor();
    await page.getByRole("button", { name: "להמשיך עם הנוסח שלי" }).click();
    await page.getByRole("button", { name: "שמירה" }).click();
    await page.locator(".toast").getByText("בתוקף מהשיחה הבאה").waitFor();
    await colleague.reload();
    expect(await colleague.getByLabel("ברכה בטלפון").inputValue()).toBe("שלי");
    expect(await colleague.getByLabel("השם שלה").inputValue()).toBe("נועה");
    await colleague.context().close();
    await close();
  });

  test("who saves before the panel has heard of a colleague's change is told by the server, sees it and chooses", async () => {
    const { page, violations, close } = await open({ path: "/assistant?tab=knows" });
    /** What the panel hears of the server is as old as now, until it was refused something. */
    const holdBack = async (path: string) => {
      const old = await (await page.request.get(`${given.office.stage.listensAt}${path}`)).json();
      let deaf = true;
      page.on("response", (answer) => {
        if (answer.status() === 409) deaf = false;
      });
      await page.route(`**${path}`, (route) =>
        deaf && route.request().method() === "GET" ? route.fulfill({ json: old }) : route.continue(),
      );
    };
    const save = page.getByRole("button", { name: "שמירה" });
    await page.getByRole("button", { name: "הוספה" }).first().click();
    await page.getByLabel("נושא").fill("מחיר");
    await page.getByLabel("מה נכון").fill("מאה");
    await save.click();
    await page.getByRole("button", { name: "עריכה: מחיר" }).waitFor();
    const { page: colleague } = await open({ path: "/assistant?tab=knows" });
    await holdBack("/api/knowledge");
    await page.getByRole("button", { name: "עריכה: מחיר" }).click();
    await page.getByLabel("מה נכון").fill("מאתיים");
    await colleague.getByRole("button", { name: "עריכה: מחיר" }).click();
    await colleague.getByLabel("מה נכון").fill("שלוש מאות");
    await colleague.getByRole("button", { name: "שמירה" }).click();
    await colleague.locator(".row-sub").getByText("שלוש מאות").waitFor();
    await save.click();
    await page.locator(".difference").getByText("שלוש מאות").waitFor();
    expect(await page.getByLabel("מה נכון").inputValue()).toBe("מאתיים");
    await page.getByRole("button", { name: "להמשיך עם הנוסח שלי" }).click();
    await save.click();
    await colleague.locator(".row-sub").getByText("מאתיים").waitFor();

    const here = `${given.office.stage.listensAt}/assistant`;
    await holdBack("/api/settings");
    await Promise.all([page.goto(here), colleague.goto(here)]);
    await colleague.getByLabel("ברכה בוואטסאפ").fill("של הקולגה");
    await colleague.getByRole("button", { name: "שמירה" }).click();
    await colleague.locator(".toast").getByText("בתוקף מהשיחה הבאה").waitFor();
    await page.getByLabel("ברכה בוואטסאפ").fill("שלי");
    await save.click();
    await page.locator(".difference").getByText("ברכה בוואטסאפ: של הקולגה").waitFor();
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "הנוסח החדש במקום שלי" }).click();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("textarea")].some(({ value }) => value === "של הקולגה"),
    );
    await colleague.context().close();
    await close();
  });

  test("a draft is rehearsed without a key: it says why it did not run, and is published all the same", async () => {
    const { page, close } = await open({ path: "/rehearsal" });
    await page.getByRole("button", { name: "הוספת דוגמאות" }).click();
    await page.getByText("קביעת תור").waitFor();
    await page.getByRole("button", { name: /טיוטה חדשה.*וואטסאפ/ }).click();
    await page.getByLabel("הטיוטה").fill("לענות בחום");
    await page.getByRole("button", { name: "הרצה" }).click();
    await page.getByText("אין מפתח של OpenAI").first().waitFor();
    await page.getByRole("button", { name: "פרסום" }).click();
    await page.getByText("פורסם כגרסה").waitFor();
    await close();
  });
});
