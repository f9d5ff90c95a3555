import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { systemClock } from "./base/clock.ts";
import { type BusinessId, type CallId, type CallSid, newId } from "./base/ids.ts";
import { silentLog } from "./base/log.ts";
import type { Phone } from "./base/phone.ts";
import { createCallRecorder } from "./calls/journal.ts";
import { outageFolder } from "./calls/outage-file.ts";
import { createSoundStore } from "./calls/sound-store.ts";
import { type House, openHouse } from "./db/house.ts";
import { withTenant } from "./db/tenant.ts";

// The operator's commands as the operator runs them: own processes, beside the running product and without it.
let storageDir: string;

beforeEach(() => {
  storageDir = mkdtempSync(join(tmpdir(), "agentlocator-cli-"));
});
afterEach(() => rmSync(storageDir, { recursive: true, force: true }));

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function cli(...args: string[]): Promise<Ran> {
  const child = Bun.spawn([process.execPath, "--no-install", "src/cli.ts", ...args], {
    cwd: join(import.meta.dir, ".."),
    env: { PATH: Bun.env.PATH ?? "", HOME: Bun.env.HOME ?? "", STORAGE_DIR: storageDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, said, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const err = said.replace(/^.* warn \[DB\] slow SQL .*\n/gm, ""); // a busy machine says nothing of the command
  return { code, out, err };
}

const refusals: [string, string[], string][] = [
  ["an unknown command", ["sell"], 'unknown command "sell"'],
  ["a name that every object has", ["constructor"], 'unknown command "constructor"'],
  ["an unknown verb", ["business", "sell"], "write `business add …` or `business list`"],
  ["a missing name", ["business", "add", "--phone", "+97231234567"], "--name is missing"],
  ["a missing number", ["business", "add", "--name", "x"], "--phone is missing"],
  ["a bad number", ["business", "add", "--name", "x", "--phone", "*2700"], '--phone "*2700" is not a phone number'],
  ["an unknown option", ["business", "add", "--fax", "1"], "Unknown option '--fax'"],
  ["an option without its value", ["business", "add", "--name"], "--name"],
  ["a word too many", ["business", "list", "please"], "please"],
  ["a business that is none", ["calls", "list", "--business", "7"], "--business is missing or no id"],
  [
    "a limit that is none",
    ["calls", "list", "--business", "01a1fc27-7357-76c0-bdab-58c9dd3464e8", "--limit", "many"],
    "--limit",
  ],
  ["a call that is none", ["calls", "show", "7"], "write `calls show ID`"],
];
for (const [what, args, line] of refusals)
  test(`${what} is one clear line and exit code 2, before any database is touched`, async () => {
    const ran = await cli(...args);
    expect(ran.code).toBe(2);
    expect(ran.out).toBe("");
    expect(ran.err.trim().split("\n")).toHaveLength(1);
    expect(ran.err).toContain(line);
    expect(readdirSync(storageDir)).toEqual([]);
  });

test("help is no error", async () => {
  const ran = await cli("help");
  expect([ran.code, ran.err]).toEqual([0, ""]);
  expect(ran.out).toContain("business add --name");
});

test("understanding a sentence touches neither configuration nor database", async () => {
  const ran = await cli("understand", "מחר בארבע");
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.out)).toBeObject();
  expect(readdirSync(storageDir)).toEqual([]);
});

test("without the product running: add, refuse the same number, list", async () => {
  const added = await cli(
    "business",
    "add",
    "--name",
    "מספרת דנה",
    "--phone",
    "03-123-4567",
    "--greeting",
    "שלום",
    "--timezone",
    "Europe/Paris",
  );
  expect(added.code).toBe(0);
  // On the host of an installation in containers, or in another folder, this would be a mistake that nobody sees.
  expect(added.err).toMatch(/no database here yet, a new one is made/);
  expect(added.err).toContain(storageDir);
  const { id, ...rest } = JSON.parse(added.out);
  expect(rest).toEqual({ name: "מספרת דנה", phone: "+97231234567" });
  const twice = await cli("business", "add", "--name", "other", "--phone", "+97231234567");
  expect([twice.code, twice.out]).toEqual([2, ""]);
  expect(twice.err).toBe("the number +97231234567 already belongs to a business\n");
  const zone = await cli("business", "add", "--name", "other", "--phone", "+97231234568", "--timezone", "Mars/X");
  expect([zone.code, zone.err.trim().split("\n").length]).toEqual([2, 1]);
  const listed = await cli("business", "list");
  expect(listed.err).toBe("");
  expect(JSON.parse(listed.out)).toEqual([
    { id, name: "מספרת דנה", timezone: "Europe/Paris", status: "active", phones: ["+97231234567"] },
  ]);
}, 60_000);

test("a person is exported to a file that only we can read, and erased", async () => {
  const { out } = await cli("business", "add", "--name", "מספרה", "--phone", "03-123-4567");
  const business: string = JSON.parse(out).id;
  const day = Temporal.Now.plainDateISO("Asia/Jerusalem").add({ days: 7 });
  const meeting = ["--at", `${day}T10:00`, "--phone", "054-1234567", "--name", "דנה", "--business", business];
  const booked = await cli("meetings", "book", ...meeting);
  expect([booked.code, booked.err]).toEqual([0, ""]);
  const listed = JSON.parse((await cli("leads", "list", "--business", business)).out);
  const customer: string = listed.leads[0].customerId;
  const file = join(storageDir, "dana.zip");
  const exported = await cli("customer", "export", customer, "--business", business, "--to", file);
  expect([exported.code, exported.err]).toEqual([0, ""]);
  expect(await Bun.file(file).text()).toContain("+972541234567");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await cli("customer", "erase", customer, "--business", business)).code).toBe(0);
  const gone = await cli("customer", "export", customer, "--business", business, "--to", file);
  expect([gone.code, gone.err]).toEqual([2, "no such customer\n"]);
}, 60_000);

// The panel and the API told the customer of a moved or cancelled meeting; the same act by command told nobody.
test("who wrote by WhatsApp is told of a meeting that is moved or cancelled, unless that is not wanted", async () => {
  const house = await openHouse({ storageDir, databaseUrl: null, log: silentLog });
  try {
    const { out } = await cli("business", "add", "--name", "מספרה", "--phone", "03-123-4567");
    const business: BusinessId = JSON.parse(out).id;
    const day = Temporal.Now.plainDateISO("Asia/Jerusalem").add({ days: 7 });
    const who = ["--phone", "054-1234567", "--business", business];
    const act = async (...args: string[]) => JSON.parse((await cli("meetings", ...args, "--business", business)).out);
    const first = JSON.parse((await cli("meetings", "book", "--at", `${day}T10:00`, ...who)).out);
    expect((await act("move", first.id, "--at", `${day}T11:00`)).customerTold).toBe("never_wrote");
    await withTenant(house.db, business, (tx) =>
      tx.execute(sql`insert into conversations (id, business_id, customer_id, channel, identity_id, last_inbound_at)
        select ${newId()}, business_id, customer_id, 'whatsapp', id, now() from customer_identities
        where business_id = ${business}`),
    );
    const queued = () =>
      withTenant(house.db, business, (tx) =>
        tx.execute<{ body: string }>(sql`select body from messages where business_id = ${business} order by id`),
      );
    expect(await act("move", first.id, "--at", `${day}T12:00`, "--untold")).toMatchObject({ customerTold: null });
    expect(await queued()).toHaveLength(0);
    expect(await act("move", first.id, "--at", `${day}T13:00`)).toMatchObject({ customerTold: "told" });
    expect(await act("cancel", first.id)).toMatchObject({ customerTold: "told", status: "cancelled" });
    const [moved, cancelled, ...more] = await queued();
    expect([moved?.body.includes("13:00"), cancelled?.body.includes("בוטל"), more]).toEqual([true, true, []]);
  } finally {
    await house.close();
  }
}, 60_000);

test("people: add prints the link to hand over, list shows everybody without a secret, link makes another one", async () => {
  const { out } = await cli("business", "add", "--name", "מספרה", "--phone", "03-123-4567");
  const business: string = JSON.parse(out).id;
  const add = (...more: string[]) => cli("user", "add", "--email", "Dana@Example.com", "--name", "דנה", ...more);
  for (const [wrong, said] of [
    [["--role", "boss"], "--role"],
    [["--role", "owner"], "--business is missing"],
    [["--role", "system_admin", "--business", business], "belongs to no business"],
  ] as const) {
    const refused = await add(...wrong);
    expect([refused.code, refused.out]).toEqual([2, ""]);
    expect(refused.err).toContain(said);
  }
  const added = await add("--role", "owner", "--business", business);
  expect([added.code, added.err]).toEqual([0, ""]);
  const { id, link } = JSON.parse(added.out);
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:3000\/welcome#[\w-]{43}$/);
  expect((await add("--role", "agent", "--business", business)).err).toBe("somebody has this address already\n");
  const listed = await cli("user", "list");
  expect(JSON.parse(listed.out)).toMatchObject([
    { id, email: "dana@example.com", role: "owner", businessId: business, status: "active", hasPassword: false },
  ]);
  const another = await cli("user", "link", "--email", "dana@example.com");
  expect(JSON.parse(another.out).link).not.toBe(link);
  expect((await cli("user", "link", "--email", "x@example.com")).err).toBe("nobody has this address\n");
}, 60_000);

test("beside the running product: the call log, page by page, and one call with all that is known", async () => {
  const house = await openHouse({ storageDir, databaseUrl: null, log: silentLog });
  try {
    const added = await cli("business", "add", "--name", "מספרה", "--phone", "+97231234567");
    const business: BusinessId = JSON.parse(added.out).id;
    const callId = await recordCall(house, business);
    const listed = await cli("calls", "list", "--business", business, "--limit", "1");
    expect([listed.code, listed.err]).toEqual([0, ""]);
    expect(JSON.parse(listed.out)).toMatchObject({
      calls: [{ id: callId, from: "+972541111111", durationMs: 5_000 }],
      next: null,
    });
    const shown = await cli("calls", "show", callId);
    expect(JSON.parse(shown.out)).toMatchObject({
      id: callId,
      endReason: "assistant_ended",
      startedAt: "2026-11-21T08:00:00Z",
      turns: [{ role: "caller", text: "תודה" }],
      events: [{ kind: "turn_latency", atMs: 10 }],
      latency: { answers: 1, p50: 420 },
    });
    const unknown = await cli("calls", "show", newId());
    expect([unknown.code, unknown.err.split(" ").slice(0, 2)]).toEqual([2, ["no", "call"]]);
    const stranger = await cli("calls", "list", "--business", newId());
    expect(stranger.code).toBe(2);
    expect(stranger.err).toContain("no business");
  } finally {
    await house.close();
  }
}, 60_000);

async function recordCall({ db }: House, businessId: BusinessId): Promise<CallId> {
  const callId = newId<CallId>();
  const callSid = `CA${callId.replaceAll("-", "")}` as CallSid;
  const recorder = createCallRecorder({
    db,
    owner: "this process",
    sounds: createSoundStore(storageDir),
    outageFolder: outageFolder(storageDir),
    recordingDays: () => 2,
    usdIlsRate: 3.7,
    clock: systemClock,
    log: silentLog,
    random: Math.random,
  });
  const startedAt = Temporal.Instant.from("2026-11-21T08:00:00Z");
  const call = {
    callId,
    callSid,
    businessId,
    from: "+972541111111",
    to: "+97231234567" as Phone,
  };
  await recorder.begin({ ...call, forwardedFrom: null, startedAt });
  recorder.event(callSid, { atMs: 10, kind: "turn_latency", detail: { answer_ms: 420 } });
  recorder.turn(callSid, { role: "caller", text: "תודה", startMs: 0, endMs: 700, interrupted: false });
  recorder.ended(callSid, {
    reason: "assistant_ended",
    durationMs: 5_000,
    streamAtMs: null,
    recording: null,
    trace: null,
  });
  await recorder.idle();
  return callId;
}

test("a configuration that is wrong is said in one line", async () => {
  const child = Bun.spawn([process.execPath, "--no-install", "src/cli.ts", "business", "list"], {
    cwd: join(import.meta.dir, ".."),
    env: { PATH: Bun.env.PATH ?? "", STORAGE_DIR: storageDir, DATABASE_URL: "mysql://x" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const err = await new Response(child.stderr).text();
  expect(await child.exited).toBe(2);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(err).toContain("DATABASE_URL");
});
