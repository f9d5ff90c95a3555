import { beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type CallId, type CallSid, newId } from "../src/base/ids.ts";
import type { Phone } from "../src/base/phone.ts";
import { storable } from "../src/base/storable.ts";
import { appendMessage } from "../src/crm/conversations/append-message.ts";
import { openConversation } from "../src/crm/conversations/open-conversation.ts";
import { identifyCustomer } from "../src/crm/customers/identify.ts";
import { saveLead } from "../src/crm/leads/save-lead.ts";
import { addNote } from "../src/crm/notes/add-note.ts";
import { createTask } from "../src/crm/tasks/create-task.ts";
import { calls, callTurns } from "../src/db/schema/call.ts";
import { meetings } from "../src/db/schema/meeting.ts";
import { resources } from "../src/db/schema/resource.ts";
import { withTenant } from "../src/db/tenant.ts";
import { notify } from "../src/notify/create.ts";
import type { Ctx } from "../src/tenants/ctx.ts";
import { recordUnanswered } from "../src/tenants/questions.ts";
import { elsewhere, hostileStrings } from "./testing/hostile-strings.ts";
import { inBrowser } from "./testing/in-browser.ts";
import type { Office } from "./testing/office.ts";
import { settle } from "./testing/open-panel.ts";
import { routes } from "./testing/pages.ts";

interface Stored {
  customerId: string;
  callId: CallId;
}

// Pages of one customer are opened for every so many strangers, who write what those in between are called.
const visitedEvery = 5;

/** What one stranger can leave behind by telephone and WhatsApp, all of it being `text`. */
async function leaveBehind(ctx: Ctx, said: string, index: number): Promise<Stored> {
  const text = storable(said);
  const texts = hostileStrings.slice(index, index + visitedEvery).map(storable);
  const phone = `+97252${6_000_000 + index}`;
  const identified = await identifyCustomer(ctx, { kind: "phone", value: phone }, "whatsapp");
  const { customerId, identityId } = identified;
  const at = Temporal.Now.instant().subtract({ minutes: index + 1 });
  await saveLead(ctx, { customerId, source: "whatsapp", name: text.slice(0, 300) });
  const conversationId = await openConversation(ctx, { customerId, channel: "whatsapp", identityId });
  for (const body of texts)
    for (const author of ["customer", "assistant"] as const)
      await appendMessage(ctx, { conversationId, customerId, author, body, at });
  const callId = newId<CallId>();
  const whose = { businessId: ctx.businessId, customerId };
  await ctx.tx.insert(calls).values({
    ...{ id: callId, ...whose, callSid: `CA${callId.replaceAll("-", "")}` as CallSid },
    ...{
      fromPhone: phone as Phone,
      toPhone: "+97235550100" as Phone,
      status: "completed",
      endReason: "caller_hung_up",
    },
    ...{ startedAt: at, endedAt: at.add({ seconds: 30 }), durationMs: 30_000, summary: text },
  });
  const turn = { businessId: ctx.businessId, callId, startMs: 0, endMs: 900, interrupted: false };
  const turns = texts.flatMap((each) => [["caller", each] as const, ["assistant", each] as const]);
  await ctx.tx.insert(callTurns).values(turns.map(([role, each], seq) => ({ ...turn, seq, role, text: each })));
  await addNote(ctx, { customerId, body: `הערה ${text}` });
  await createTask(ctx, {
    title: text.trim().slice(0, 200) || "משימה",
    detail: text,
    customerId,
    callId,
    urgency: "urgent",
  });
  await notify(ctx, { kind: "hand_over", title: text, body: text, subject: `customer:${customerId}` });
  await recordUnanswered(ctx, text, null);
  const startsAt = Temporal.Now.instant()
    .round("hour")
    .add({ hours: index + 1 });
  const endsAt = startsAt.add({ minutes: 30 });
  const [resource] = await ctx.tx.select({ id: resources.id }).from(resources).limit(1);
  await ctx.tx.insert(meetings).values({
    ...({ id: newId(), ...whose, resourceId: resource!.id, status: "booked", source: "call", topic: text } as const),
    ...{ startsAt, endsAt, busyFrom: startsAt, busyTo: endsAt },
  });
  return { customerId, callId };
}

const fill = (office: Office): Promise<Stored[]> =>
  withTenant(
    office.stage.db,
    office.businessId,
    async (tx) => {
      const ctx: Ctx = { businessId: office.businessId, actor: { kind: "assistant" }, tx };
      const stored: Stored[] = [];
      for (const [index, text] of hostileStrings.entries()) stored.push(await leaveBehind(ctx, text, index));
      return stored;
    },
    { deadlineMs: 30_000 },
  );

/** Notes whatever leaves for elsewhere, and every box that a script would open. */
function watch(page: Page, own: string): string[] {
  const seen: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(own) && !/^(data|blob):/.test(url)) seen.push(`request ${url}`);
  });
  page.on("dialog", (dialog) => void dialog.dismiss().then(() => seen.push("dialog")));
  page.on("framenavigated", (frame) => {
    if (!frame.url().startsWith(own) && frame.url() !== "about:blank") seen.push(`navigated ${frame.url()}`);
  });
  return seen;
}

/** In the page: what of the texts has become more than text. */
function brokenOut() {
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  return {
    ran: "ran" in window,
    foreign: all("main script, iframe, object, embed, base, main style, main form[action]").map((one) =>
      one.outerHTML.slice(0, 80),
    ),
    handlers: all("*").flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith("on"))),
    links: all("a[href]")
      .map((one) => (one as HTMLAnchorElement).protocol)
      .filter((name) => !["http:", "https:", "tel:", "mailto:"].includes(name)),
  };
}

/** In the page. */
const tooWide = (): boolean =>
  document.documentElement.scrollWidth > innerWidth || document.querySelector("main")!.scrollWidth > innerWidth;

inBrowser("S9: what strangers say and write, on every page of the panel", {}, (given) => {
  let stored: Stored[];
  beforeAll(async () => {
    stored = await fill(given.office);
  }, 60_000);

  const views = async (): Promise<string[]> => [
    ...(await routes(stored[0]!.customerId)).filter((path) => !path.startsWith("/admin")),
    ...["/leads?view=board", "/assistant?tab=knows", "/calendar?view=week"],
    ...stored
      .filter((_one, index) => index % visitedEvery === 0)
      .flatMap(({ customerId, callId }) => [
        `/customers/${customerId}`,
        `/inbox?with=${customerId}`,
        `/calls/${callId}`,
      ]),
  ];

  test("no script runs, nothing is fetched from elsewhere, no layout breaks, on a phone and as wide as a desk", async () => {
    const own = given.office.stage.listensAt;
    const { page, show, errors, close } = await given.open({ width: 390, path: "/more" });
    const seen = watch(page, own);
    for (const path of await views()) {
      await page.setViewportSize({ width: 390, height: 844 });
      await show(path);
      await settle(page).catch((error: Error) => expect.unreachable(`${path}: ${error.message}`));
      const found = await page.evaluate(brokenOut);
      const wide = [await page.evaluate(tooWide)];
      await page.setViewportSize({ width: 1280, height: 900 });
      wide.push(await page.evaluate(tooWide));
      const fine = { ran: false, foreign: [], handlers: [], links: [], wide: [false, false] };
      expect({ path, ...found, wide }).toEqual({ path, ...fine });
    }
    expect(seen).toEqual([]);
    // A policy that had to stop something says so on the console: then the text was taken for markup after all.
    expect(errors.filter((line) => !line.includes("status of 4"))).toEqual([]);
    await close();
  }, 300_000);

  test("the texts are there to be seen, as text", async () => {
    const at = hostileStrings.findIndex((text) => text.includes(`${elsewhere}/pixel.png`));
    const { page, close } = await given.open({ path: `/inbox?with=${stored[at - (at % visitedEvery)]!.customerId}` });
    await page.getByText(hostileStrings[at]!).first().waitFor();
    await close();
  });
});
