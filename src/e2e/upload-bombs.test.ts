import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:net";
import { deflateRawSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { openConversation } from "../crm/conversations/open-conversation.ts";
import { identifyCustomer } from "../crm/customers/identify.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { openStage, type Stage } from "./testing/stage.ts";

// S13, K13: what is too large is refused before it is read, what a browser could run is refused or kept so that none does.
setDefaultTimeout(120_000);
let stage: Stage;
let owner: Browser;
let conversationId: string;
const gigabyte = 1024 ** 3;
const upload = (name = "file") =>
  `/api/whatsapp/send-media?conversationId=${conversationId}&name=${encodeURIComponent(name)}`;
const paths = () => [
  upload(),
  "/api/leads/import",
  "/api/leads",
  "/webhook/incoming_call",
  "/webhook/whatsapp/incoming",
];

beforeAll(async () => {
  stage = await openStage();
  const businessId: BusinessId = await stage.addBusiness({ name: "מספרה", phone: "+97235550100" as Phone });
  owner = new Browser({ request: (path, init) => fetch(`${stage.listensAt}${path}`, init ?? {}) }, stage.url);
  await owner.login((await addPerson(stage.db, "owner", businessId)).email, password);
  conversationId = await withTenant(stage.db, businessId, async (tx) => {
    const ctx: Ctx = { businessId, actor: { kind: "system" }, tx };
    const { customerId, identityId } = await identifyCustomer(
      ctx,
      { kind: "phone", value: "+972501112233" },
      "whatsapp",
    );
    const id = await openConversation(ctx, { customerId, channel: "whatsapp", identityId });
    await tx.execute(sql`update conversations set last_inbound_at = now() where id = ${id}`);
    return id;
  });
});
afterAll(() => stage.stop());

const headers = (): Record<string, string> => ({
  Cookie: [...owner.jar].map(([name, value]) => `${name}=${value}`).join("; "),
  "X-CSRF-Token": owner.csrf,
  Origin: stage.url,
});

/** A gigabyte is announced and never sent: the status that comes all the same, 0 when only the door was shut. */
function announce(path: string): Promise<number> {
  const { hostname, port } = new URL(stage.listensAt);
  const lines = {
    ...headers(),
    Host: `${hostname}:${port}`,
    "Content-Length": String(gigabyte),
    "Content-Type": "image/png",
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(Number(port), hostname, () => socket.write(`POST ${path} HTTP/1.1\r\n${head.join("")}\r\n`));
    const over = () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1] ?? 0));
    socket.on("data", (data) => {
      said += data.toString();
      socket.destroy();
    });
    socket.on("error", over);
    socket.on("close", over);
  });
}

/** A gigabyte comes in pieces without a length: how much was taken, and the answer (0 = cut off). */
async function pour(path: string): Promise<{ status: number; taken: number }> {
  const piece = new Uint8Array(256 * 1024).fill(0x41);
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (taken >= gigabyte) return controller.close();
      taken += piece.length;
      controller.enqueue(piece);
    },
  });
  const init = { method: "POST", headers: { ...headers(), "Content-Type": "image/png" }, body, duplex: "half" };
  const answer = await fetch(`${stage.listensAt}${path}`, init as RequestInit).catch(() => null);
  return { status: answer?.status ?? 0, taken };
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** A zip of one file whose ten kilobytes unpack to ten megabytes. */
function zipBomb(): Uint8Array {
  const packed = deflateRawSync(Buffer.alloc(10 * 1024 * 1024));
  const name = Buffer.from("0.txt");
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(10 * 1024 * 1024, 22);
  head.writeUInt16LE(name.length, 26);
  return new Uint8Array(Buffer.concat([head, name, packed]));
}

const send = (content: Uint8Array, name: string) =>
  fetch(`${stage.listensAt}${upload(name)}`, {
    method: "POST",
    headers: { ...headers(), "Content-Type": "application/octet-stream" },
    body: content as BodyInit,
  });

describe("S13: upload bombs", () => {
  test("a gigabyte that is announced is refused before it comes", async () => {
    for (const path of paths()) expect([path, await announce(path)]).toEqual([path, 413]);
  });

  test("a gigabyte in pieces is cut off, and the memory stays", async () => {
    Bun.gc(true);
    const before = process.memoryUsage.rss();
    for (const path of paths()) {
      const { status, taken } = await pour(path);
      expect([0, 403, 413], path).toContain(status);
      expect(taken, path).toBeLessThan(4 * limits.uploadBytes);
    }
    Bun.gc(true);
    const grownMb = (process.memoryUsage.rss() - before) / 1_048_576;
    process.stdout.write(`upload bombs: ${paths().length} gigabytes in pieces, memory ${grownMb.toFixed(0)} MB more\n`);
    expect(grownMb).toBeLessThan(150); // the sender's pieces are in it: this process is both ends
  });

  test("a business that has used up its room sends no more files", async () => {
    const fill = (bytes: number) =>
      withSystem(stage.db, (tx) => tx.execute(sql`update message_media set bytes = ${bytes} where state = 'stored'`));
    const picture = bytes("\x89PNG\r\n\x1a\n");
    expect((await send(picture, "a.png")).status).toBe(202);
    await fill(limits.waMediaQuotaBytes);
    expect((await send(picture, "a.png")).status).toBe(413);
    await fill(8);
  });

  test("a sound may have 10 MB, and not one byte more", async () => {
    const sound = new Uint8Array(limits.waAudioBytes + 1);
    sound.set(bytes("OggS"));
    expect((await send(sound, "a.ogg")).status).toBe(413);
    expect((await send(sound.subarray(0, -1), "a.ogg")).status).toBe(202);
  });

  test.each<[string, () => Uint8Array, string]>([
    ["nothing at all", () => new Uint8Array(0), "a.png"],
    [
      "SVG with a script",
      () => bytes(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
      "a.svg",
    ],
    ["SVG behind an XML line", () => bytes(`<?xml version="1.0"?><svg onload="alert(1)"/>`), "a.png"],
    ["a page under a picture's name", () => bytes("<!doctype html><script>alert(1)</script>"), "a.jpg"],
    ["a program", () => bytes("MZ\x90\x00\x03\x00"), "a.pdf"],
    ["a script", () => bytes("#!/bin/sh\nrm -rf /"), "a.txt"],
  ])("%s is refused", async (_what, content, name) => {
    const answer = await send(content(), name);
    expect([answer.status, ((await answer.json()) as { error: { message: string } }).error.message]).toEqual([
      422,
      "file_not_allowed",
    ]);
  });

  test.each<[string, () => Uint8Array, string, string]>([
    ["a zip that unpacks to a thousand times its size", zipBomb, "a.zip", "application/zip"],
    [
      "a picture that is a script as well",
      () => bytes("GIF89a/*<script>*/=1;alert(1)//</script>"),
      "a.html",
      "image/gif",
    ],
    [
      "a picture that goes on as a page",
      () => bytes("\x89PNG\r\n\x1a\n<html><script>alert(1)</script>"),
      "x.svg",
      "image/png",
    ],
    ["a PDF that begins a script", () => bytes("%PDF-1.7\n<script>alert(1)</script>"), "../../a.js", "application/pdf"],
  ])("%s is kept as what its first bytes say, and no browser runs it", async (_what, content, name, type) => {
    const answer = await send(content(), name);
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as { id: string };
    const thread = `/api/whatsapp/conversations/${conversationId}/messages`;
    const { items } = (await owner.ask<{ items: { id: string; media: { id: string } | null }[] }>(thread)).body;
    const media = items.find((message) => message.id === id)?.media?.id;
    const file = await fetch(`${stage.listensAt}/api/whatsapp/media/${media}`, { headers: headers() });
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toStartWith(type);
    expect(file.headers.get("content-disposition")).toStartWith("attachment");
    expect(file.headers.get("x-content-type-options")).toBe("nosniff");
    expect(file.headers.get("content-security-policy")).toContain("sandbox");
    expect((await file.arrayBuffer()).byteLength).toBe(content().length); // never unpacked
  });
});
