import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { isTest, readSources } from "../../scripts/checks/sources.ts";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";
import { openMediaSocket, openTestCallSocket, type RawSocket, ringing, signedPost, tokenIn } from "./testing/wire.ts";

// S1, C1: every socket, opened by one business with what belongs to another's call. The sockets and the doors outside
// `/api` come from the source: one without a case fails here.
interface Office {
  businessId: BusinessId;
  phone: Phone;
  owner: Browser;
}
/** A call that waits for its socket. */
interface Ringing {
  callSid: string;
  token: string;
  streamSid: string;
}

let stage: Stage;
let a: Office;
let b: Office;

async function openOffice(name: string, phone: Phone): Promise<Office> {
  const businessId = await stage.addBusiness({ name, phone, greeting: `שלום, כאן ${name}` });
  const owner = new Browser({ request: (path, init) => fetch(`${stage.listensAt}${path}`, init ?? {}) }, stage.url);
  await owner.login((await addPerson(stage.db, "owner", businessId)).email, password);
  return { businessId, phone, owner };
}
beforeAll(async () => {
  stage = await openStage();
  a = await openOffice("אלף", "+97235550100" as Phone);
  b = await openOffice("בית", "+97235550200" as Phone);
}, 60_000);
afterAll(() => stage.stop(), 30_000);

interface Door {
  ring(office: Office): Promise<Ringing>;
  open(): Promise<RawSocket>;
  hangUp(call: Ringing, socket: RawSocket): Promise<unknown>;
  accountSid: () => string;
}

const telephone: Door = {
  async ring({ phone }) {
    const form = ringing(stage, { To: phone });
    const token = tokenIn((await signedPost(stage, "/webhook/incoming_call", form)).body);
    return { callSid: form.CallSid!, token: token!, streamSid: stage.world.account.newSid("MZ") };
  },
  open: () => openMediaSocket(stage),
  hangUp({ callSid }, socket) {
    socket.close();
    const form = { ...ringing(stage), CallSid: callSid, CallStatus: "completed", CallDuration: "1" };
    return signedPost(stage, "/webhook/call_status", form);
  },
  accountSid: () => stage.world.account.sid,
};
const microphone: Door = {
  ring: async ({ owner }) => (await owner.ask<Ringing>("/api/test-call", { method: "POST" })).body,
  open: () => openTestCallSocket(stage),
  hangUp: async (_call, socket) => socket.close(),
  accountSid: () => "",
};
/** How each socket of the product is tried. */
const doors: Readonly<Record<string, Door>> = { "/ws/twilio-media": telephone, "/ws/test-call": microphone };

/** How each door outside `/api` is kept; they serve no session and so no tenant of one. */
const otherDoors: Readonly<Record<string, "signed" | "token" | "public">> = {
  "POST /webhook/incoming_call": "signed",
  "POST /webhook/stream_ended": "signed",
  "POST /webhook/transfer_result": "signed",
  "POST /webhook/handle_recording": "signed",
  "POST /webhook/stream_status": "signed",
  "POST /webhook/call_status": "signed",
  "POST /webhook/whatsapp/incoming": "signed",
  "POST /webhook/whatsapp/status": "signed",
  "GET /whatsapp-media/:token": "token",
  "GET /audio/:owner/:file": "public",
  "GET /health": "public",
  "GET /health/live": "public",
};

test("every socket and every door outside the API has a case, and sockets are opened in one place", async () => {
  const sources = (await readSources(join(import.meta.dir, "../.."))).filter(
    ({ path }) => path.startsWith("src/") && !path.startsWith("src/sim/") && !isTest(path),
  );
  const text = sources.map((source) => source.text).join("\n");
  expect([...new Set(text.match(/"\/ws\/[\w-]+"/g))].toSorted()).toEqual(
    Object.keys(doors)
      .map((path) => `"${path}"`)
      .toSorted(),
  );
  expect(sources.filter((source) => source.text.includes("server.upgrade(")).map(({ path }) => path)).toEqual([
    "src/twilio/media-socket.ts",
  ]);
  const registered = [...text.matchAll(/\.(get|post|put|patch|delete)\(\s*"(\/(?!api\/)[^"]+)"/g)];
  expect(registered.map(([, method, path]) => `${method!.toUpperCase()} ${path}`).toSorted()).toEqual(
    Object.keys(otherDoors).toSorted(),
  );
});

test.each(Object.entries(otherDoors).filter(([, kept]) => kept !== "public"))(
  "%s is refused to whoever has a session and no %s",
  async (door, kept) => {
    const [method = "", path = ""] = door.split(" ");
    const raw = new URLSearchParams(ringing(stage, { To: b.phone })).toString();
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const at = path.replace(":token", `${crypto.randomUUID()}.9999999999999.AAAA`);
    const asked = method === "GET" ? a.owner.ask(at) : a.owner.ask(at, { method, raw, headers });
    expect((await asked).status).toBe(kept === "signed" ? 403 : 404);
  },
);

/** Opens the call's stream, or somebody else's by the call's token. */
async function start(door: Door, callSid: string, { token, streamSid }: Ringing): Promise<RawSocket> {
  const socket = await door.open();
  const mediaFormat = { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 };
  const said = { accountSid: door.accountSid(), streamSid, callSid, tracks: ["inbound"], mediaFormat };
  socket.send(JSON.stringify({ event: "start", streamSid, start: { ...said, customParameters: { token } } }));
  return socket;
}
const heard = (socket: RawSocket) => socket.received.filter((message) => message.includes('"media"')).length;
const live = async ({ owner }: Office) =>
  (await owner.ask<{ items: { id: string }[] }>("/api/calls/live")).body.items.map(({ id }) => id);

describe.each(Object.entries(doors))("%s", (_path, door) => {
  test("one business's token opens no call of another's, and the other's own token still does", async () => {
    const [mine, theirs] = [await door.ring(a), await door.ring(b)];
    const intruder = await start(door, theirs.callSid, mine);
    expect((await intruder.closed).code).toBe(1008);
    expect(intruder.received).toEqual([]);
    const own = await start(door, theirs.callSid, theirs);
    await until("the other's greeting", () => heard(own) > 0);
    await door.hangUp(theirs, own);
    expect((await stage.entryOf(theirs.callSid)).businessId).toBe(b.businessId);
  }, 30_000);

  test("what is sent under another's stream or call reaches nobody; each business sees its own call", async () => {
    const [mine, theirs] = [await door.ring(a), await door.ring(b)];
    const [ours, other] = [await start(door, mine.callSid, mine), await start(door, theirs.callSid, theirs)];
    await until("both greetings", () => heard(ours) > 0 && heard(other) > 0);
    const { streamSid, callSid } = theirs;
    const media = { track: "inbound", timestamp: "20", payload: "/////w==" };
    for (const message of [
      { event: "media", streamSid, media },
      { event: "mark", streamSid, mark: { name: "g1:1" } },
      { event: "dtmf", streamSid, dtmf: { digit: "1" } },
      { event: "start", streamSid, start: { streamSid, callSid, customParameters: { token: theirs.token } } },
      { event: "stop", streamSid, stop: { callSid } },
    ])
      ours.send(JSON.stringify(message));
    const [inA, inB] = [await live(a), await live(b)];
    expect(inA.length * inB.length).toBeGreaterThan(0);
    expect(inA.filter((id) => inB.includes(id))).toEqual([]);
    for (const id of inB) expect((await a.owner.ask(`/api/calls/${id}`)).status).toBe(404);
    const texts = [ours, other].map(({ received }) => received.join(""));
    expect(texts[0]).not.toContain(streamSid);
    expect(texts[1]).not.toContain(mine.streamSid);
    for (const [call, socket, { businessId }] of [
      [mine, ours, a],
      [theirs, other, b],
    ] as const) {
      await door.hangUp(call, socket);
      const entry = await stage.entryOf(call.callSid);
      expect([entry.businessId, entry.endReason]).toEqual([businessId, "caller_hung_up"]);
      // With the first call's end all that it sent has been read, and the other's goes on.
      if (call === mine) expect(await live(b)).toEqual(inB);
    }
  }, 30_000);
});

test("a telephone's token opens no browser's socket, and a page of another site opens none at all", async () => {
  const call = await telephone.ring(a);
  const socket = await start(microphone, call.callSid, call);
  expect((await socket.closed).code).toBe(1008);
  const foreign = await openTestCallSocket(stage, "https://evil.example");
  expect((await foreign.closed).afterMs).toBe(0);
});
