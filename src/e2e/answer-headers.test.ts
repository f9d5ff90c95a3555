import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { eq } from "drizzle-orm";
import { newId } from "../base/ids.ts";
import { createSoundStore } from "../calls/sound-store.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { recordings } from "../db/schema/recording.ts";
import { withTenant } from "../db/tenant.ts";
import { openTwoTenants, type TwoTenants } from "./testing/two-tenants.ts";

// K13, K15: files, recordings and streams leave by ways of their own. Every route that declares a `media` is asked here, so
// that one more of them that loses the request's id, the policy or the wish not to be kept fails.

const picture = join("answer-headers", newId());
let tenants: TwoTenants;
let recording: string;
let media: string;
beforeAll(async () => {
  tenants = await openTwoTenants();
  const { businessId, ids } = tenants.a;
  const { file, bytes } = await createSoundStore(tmpdir()).saveCall(
    businessId,
    newId(),
    new Uint8Array(1_600).fill(255),
  );
  recording = file;
  await mkdir(dirname(join(tmpdir(), picture)), { recursive: true });
  await Bun.write(join(tmpdir(), picture), "\x89PNG");
  media = newId();
  await withTenant(tenants.db, businessId, async (tx) => {
    await tx.update(recordings).set({ file, bytes }).where(eq(recordings.id, ids.recording!));
    const row = { id: media, businessId, messageId: ids.message!, state: "stored", file: picture, bytes: 4 } as const;
    await tx.insert(messageMedia).values({ ...row, mimeType: "image/png" });
  });
}, 60_000);
afterAll(async () => {
  await tenants.close();
  await rm(join(tmpdir(), recording), { force: true });
  await rm(join(tmpdir(), picture), { force: true });
}, 30_000);

/** One address of each, with what is asked besides and the status it gets. */
async function addresses(): Promise<
  Record<string, [path: string, status: number, headers?: Record<string, string>][]>
> {
  const { owner, ids } = tenants.a;
  const sound = `/api/calls/${ids.call}/recordings/${ids.recording}`;
  const feed = new URL((await owner.ask<{ address: string }>("/api/calendar/feed")).body.address);
  return {
    "/api/docs": [["/api/docs", 200]],
    "/api/events": [["/api/events", 200]],
    "/api/leads/export.csv": [["/api/leads/export.csv", 200]],
    "/api/customers/{id}/export": [[`/api/customers/${ids.customer}/export`, 200]],
    "/api/calendar/feed/{file}": [[`${feed.pathname}${feed.search}`, 200]],
    "/api/calls/{id}/recordings/{recording}": [
      [sound, 200],
      [sound, 206, { Range: "bytes=0-9" }],
      [sound, 416, { Range: "bytes=99999999-" }],
    ],
    "/api/whatsapp/media/{id}": [[`/api/whatsapp/media/${media}`, 200]],
  };
}

interface Described {
  paths: Record<string, Record<string, { responses?: Record<string, { content?: Record<string, unknown> }> }>>;
}

test("every file and stream leaves with the request's id, a policy, and the wish not to be kept", async () => {
  const { owner } = tenants.a;
  const { paths } = (await owner.ask<Described>("/api/openapi.json")).body;
  const declared = Object.entries(paths).filter(([, verbs]) =>
    Object.values(verbs).some(({ responses }) =>
      Object.keys(responses?.["200"]?.content ?? {}).some((type) => type !== "application/json"),
    ),
  );
  const known = await addresses();
  expect(declared.map(([path]) => path).toSorted()).toEqual(Object.keys(known).toSorted());
  const cookie = [...owner.jar].map(([name, value]) => `${name}=${value}`).join("; ");
  for (const [path, status, more] of Object.values(known).flat()) {
    const answer = await tenants.api.request(path, { headers: { Cookie: cookie, ...more } });
    await (path === "/api/events" ? answer.body?.cancel() : answer.arrayBuffer()); // a live stream has no end
    const of = (name: string) => answer.headers.get(name) ?? "";
    expect([path, answer.status]).toEqual([path, status]);
    expect(of("x-request-id"), path).toMatch(/^[\w-]{20,}$/);
    expect(of("content-security-policy"), path).toContain("default-src 'none'");
    expect(of("cache-control"), path).toMatch(
      path.startsWith("/api/calendar/feed/") ? /^private, no-cache$/ : /no-store/,
    );
    expect(of("x-content-type-options"), path).toBe("nosniff");
    expect(of("referrer-policy"), path).toBe("same-origin");
    expect(of("cross-origin-resource-policy"), path).toBe("same-origin");
  }
}, 60_000);
