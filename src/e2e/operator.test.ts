import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Phone } from "../base/phone.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";

// What the operator changes from the command line, a process of its own, beside the running product.
const publicBaseUrl = "https://office.example.co.il";
const phone = "+97235550100" as Phone;
let stage: Stage;
let business: string;

beforeAll(async () => {
  stage = await openStage({ environment: { PUBLIC_BASE_URL: publicBaseUrl } });
  business = await stage.addBusiness({ name: "מספרת דנה", phone, greeting: "שלום", prompt: "קוד-ישן" });
}, 30_000);
afterAll(() => stage.stop(), 30_000);

async function cli(line: string, stdin = ""): Promise<{ code: number; out: string; err: string }> {
  const { address } = stage.db;
  if (address.kind !== "socket") throw new Error("test databases listen on a unix socket");
  const child = Bun.spawn(
    [process.execPath, "--no-install", "src/cli.ts", ...line.split(" "), "--business", business],
    {
      cwd: join(import.meta.dir, "../.."),
      env: {
        PATH: Bun.env.PATH ?? "",
        HOME: Bun.env.HOME ?? "",
        STORAGE_DIR: stage.storageDir,
        PUBLIC_BASE_URL: publicBaseUrl,
        DATABASE_URL: `postgres://${address.user}@127.0.0.1:${stage.databaseLink.port}/${address.database}`,
      },
      stdin: new Blob([stdin]),
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [out, said, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const err = said.replace(/^.* warn \[DB\] slow SQL .*\n/gm, ""); // a busy machine says nothing of the command
  return { code, out, err };
}
/** The result of a command that has to succeed. */
async function result<T = Record<string, string>>(line: string, stdin = ""): Promise<T> {
  const { code, out, err } = await cli(line, stdin);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as T;
}
/** The one line of a command that has to be refused. */
async function refusal(line: string): Promise<string> {
  const { code, out, err } = await cli(line);
  expect([code, out, err.trim().split("\n").length]).toEqual([2, "", 1]);
  return err.trim();
}

const ring = () =>
  stage.world.dial({
    name: "e2e",
    title: "",
    to: phone,
    steps: [{ do: "listen" }, { do: "hangUp" }],
    patienceMs: 20_000,
  }).report;
/** Rings until the newest call was told `text`: the change is announced to the process a moment after it was saved. */
const ringUntilTold = (text: string) =>
  until(`a call that is told ${text}`, async () => {
    await ring();
    return prompts().at(-1)?.includes(text) ? true : null;
  });
/** What each call was answered with; phrases are rendered in sessions that know no business. */
const prompts = () =>
  stage.world.model.sessions
    .map(({ config }) => config.instructions ?? "")
    .filter((text) => text.includes("מספרת דנה"));

test("prompt, knowledge and hours are in force for the next call, and gone with a roll back", async () => {
  await ring();
  expect(prompts().at(-1)).toContain("קוד-ישן");
  await result("prompt set --channel call --file -", "קוד-חדש\nלדבר בקיצור\n");
  await result("knowledge add --subject חניה --body בחצר --kind fact");
  await result("knowledge add --subject איחור --body לבדוק-ביומן --kind procedure");
  await result("hours set --days sun-thu --open 10:15 --close 18:45");
  await ringUntilTold("10:15 עד 18:45");
  for (const told of ["קוד-חדש\nלדבר בקיצור", "חניה: בחצר", "איחור: לבדוק-ביומן"])
    expect(prompts().at(-1)).toContain(told);
  expect(prompts().at(-1)).not.toContain("קוד-ישן");
  const kept = await result<{ version: number }[]>("prompt versions --channel call");
  expect(kept.map(({ version }) => version)).toEqual([2, 1]);
  const parts = await result<{ kind: string }[]>("prompt diff --channel call --from 1 --to 2");
  expect(parts.map(({ kind }) => kind)).toContain("added");
  await result("prompt rollback --channel call --version 1");
  await ringUntilTold("קוד-ישן");
  expect(await refusal("prompt rollback --channel call --version 99")).toBe("no such prompt version");
}, 60_000);

test("settings change what is given and nothing else; what is out of bounds changes nothing", async () => {
  const before = await result("settings show");
  const after = await result(
    "settings set --assistant-name דנה --city חיפה --languages he --keywords פן,גוונים --greeting ברוכים",
  );
  const change = {
    assistantName: "דנה",
    city: "חיפה",
    languages: ["he"],
    keywords: ["פן", "גוונים"],
    callGreeting: "ברוכים",
  };
  expect(after).toEqual({ ...before, ...change } as never);
  expect(await refusal("settings set --voice cedar --recording-days 999")).toContain("recordingDays: Too big");
  expect(await refusal("settings set --voice cedar --timezone Mars/X")).toContain('"Mars/X" is not a time zone');
  expect(await refusal("settings set --languages hebrew")).toContain("languages.0");
  expect(await result("settings show")).toEqual(after);
  expect(await result("settings set --no-greeting")).toEqual({ ...after, callGreeting: null } as never);
  await result("settings set --greeting שלום");
}, 60_000);

describe("the calendar", () => {
  test("a day stands out of the week until it is given back", async () => {
    const closed = { exceptions: [{ date: "2099-09-11", closed: true, reason: "חג" }] };
    expect(await result("hours set --date 2099-09-11 --closed --reason חג")).toMatchObject(closed as never);
    expect(await result("hours set --date 2099-09-11 --weekly")).toMatchObject({ exceptions: [] } as never);
    expect(await refusal(`hours set --days sun --closed --resource ${business}`)).toStartWith("no resource");
    const rules = { meetingMinutes: 45, keepsShabbat: false, quiet: "22:00-07:30" };
    expect(await result("hours set --length 45 --keeps-shabbat false --quiet 22:00-07:30")).toMatchObject({
      rules,
    } as never);
    expect(await refusal("hours set --horizon 1000")).toContain("horizonDays: Too big");
  }, 60_000);

  test("staff books, another cannot have the time, it moves, is cancelled, and the feed follows", async () => {
    const chair = (await result("resource add --name כיסא")).id;
    const at = "2099-12-01T10:00";
    const book = `meetings book --at ${at} --resource ${chair} --minutes 30`;
    const meeting = await result(`${book} --phone 054-1234567 --name רון --topic תספורת`);
    expect(meeting).toMatchObject({
      startsAt: "2099-12-01T08:00:00Z",
      endsAt: "2099-12-01T08:30:00Z",
      status: "booked",
    });
    expect(await refusal(`${book} --phone 054-7654321`)).toBe("that time is taken");
    expect(await refusal(`${book.replace(at, "2020-01-01T10:00")} --phone 054-7654321`)).toContain("is past");
    const { url } = await result<{ url: string }>("calendar feed");
    expect(url).toStartWith(`${publicBaseUrl}/api/calendar/feed/`);
    const feed = async () => (await fetch(url.replace(publicBaseUrl, stage.listensAt))).text();
    expect(await feed()).toContain("DTSTART:20991201T080000Z");
    const moved = await result(`meetings move ${meeting.id} --at 2099-12-01T12:00`);
    expect(moved).toMatchObject({
      startsAt: "2099-12-01T10:00:00Z",
      endsAt: "2099-12-01T10:30:00Z",
      resourceId: chair!,
    });
    expect(await feed()).toContain("DTSTART:20991201T100000Z");
    const listed = await result<{ meetings: object[] }>("meetings list --from 2099-12-01 --to 2099-12-01");
    expect(listed.meetings).toMatchObject([
      { id: meeting.id, customerName: "רון", resourceName: "כיסא", source: "staff" },
    ]);
    await result(`meetings cancel ${meeting.id}`);
    expect(await feed()).toContain("STATUS:CANCELLED");
    expect(await refusal(`meetings cancel ${meeting.id}`)).toBe(`no booked meeting ${meeting.id}`);
    await result("calendar feed --renew");
    expect((await fetch(url.replace(publicBaseUrl, stage.listensAt))).status).toBe(404);
  }, 60_000);
});

test("leads page by page, through the business's own statuses, merged and parted", async () => {
  type Page = { leads: { id: string; customerId: string; status: string }[]; next: string | null };
  for (const last of [1, 2, 3])
    await result(`meetings book --at 2099-11-0${last}T10:00 --phone 052-000000${last} --name לקוח${last}`);
  const first = await result<Page>("leads list --limit 2");
  const rest = await result<Page>(`leads list --limit 200 --before ${first.next}`);
  const all = (await result<Page>("leads list --limit 200")).leads;
  expect([...first.leads, ...rest.leads].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  expect(await refusal("leads list --before yesterday")).toBe("malformed page cursor");

  const [one, other] = first.leads as [Page["leads"][number], Page["leads"][number]];
  await result("leads statuses add --key waiting --label ממתין --hue 300");
  expect(await refusal("leads statuses add --key waiting --label שוב")).toContain("already");
  expect(await refusal("leads statuses add --key שלי --label שלי")).toContain("key: latin lower case");
  expect(await refusal("leads statuses add --key hot --label חם --hue 360")).toContain("hue: Too big");
  expect(await refusal(`leads status ${one.id} --to nothing`)).toContain("there are new, contacted");
  await result(`leads status ${one.id} --to waiting`);
  expect((await result<Page>("leads list --status waiting")).leads.map(({ id }) => id)).toEqual([one.id]);
  await result("leads statuses rename --key waiting --label ממתינים");
  expect(await refusal("leads statuses remove --key new --move-to won")).toContain("rename it instead");
  expect(await refusal("leads statuses remove --key waiting --move-to nothing")).toContain("no status");
  const removed = await result("leads statuses remove --key waiting --move-to contacted");
  expect(removed).toEqual({ removed: "waiting", leadsMoved: 1 } as never);
  expect((await result<Page>(`leads list --customer ${one.customerId}`)).leads[0]?.status).toBe("contacted");

  const pair = `--keep ${one.customerId} --merge ${other.customerId}`;
  expect(await result(`leads merge ${pair} --preview`)).toMatchObject({ dropsLead: true } as never);
  const { mergeId } = await result(`leads merge ${pair} --proof אישר`);
  expect((await result<Page>("leads list --limit 200")).leads).toHaveLength(all.length - 1);
  await result(`leads undo-merge ${mergeId}`);
  expect((await result<Page>("leads list --limit 200")).leads).toHaveLength(all.length);
}, 90_000);

test("a question without an answer becomes a draft, and knowledge when it is published", async () => {
  const draft = await result("knowledge add --subject מחיר --body מאה --draft");
  expect(draft.status).toBe("draft");
  expect((await result(`knowledge publish ${draft.id}`)).status).toBe("published");
  await result(`knowledge remove ${draft.id}`);
  expect(await refusal(`knowledge remove ${draft.id}`)).toBe("no such knowledge");
  expect(await result<unknown[]>("knowledge unanswered")).toEqual([]);
  expect(await refusal(`knowledge answer ${draft.id} --body כן`)).toBe("no such question");
}, 60_000);
