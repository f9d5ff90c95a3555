import { expect, test } from "bun:test";
import { AppError } from "./errors.ts";
import { fetchOutside, isPublicAddress, type OutsideMeans } from "./outside.ts";

const rules = { hosts: ["media.example.com"], bytesMax: 1_000, timeoutMs: 5_000 };

/** A made-up internet: names, and what stands at each address. Remembers where packets went. */
function internet(pages: Record<string, () => Response>, names: Record<string, string[]> = {}) {
  const asked: { url: string; host: string | null; name: unknown; headers: Headers }[] = [];
  const means: OutsideMeans = {
    lookup: async (host) => (names[host] ?? ["93.184.216.34"]).map((address) => ({ address })),
    fetch: async (url, init) => {
      const headers = new Headers(init.headers as Record<string, string>);
      const host = headers.get("host");
      asked.push({ url, host, name: (init.tls as { serverName?: string }).serverName, headers });
      return (pages[`${host}${new URL(url).pathname}`] ?? (() => new Response("", { status: 404 })))();
    },
  };
  const get = (url: string, over: object = {}) =>
    fetchOutside(url, { headers: { Authorization: "secret" } }, { ...rules, ...over }, means);
  return { asked, get, means };
}
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: unknown) => (error instanceof AppError ? error.code : `${error}`),
  );

test("an allowed address is asked at the place that was looked up, under its own name", async () => {
  const { get, asked } = internet({ "media.example.com/a": () => new Response("hello") });
  expect(new TextDecoder().decode((await get("https://media.example.com/a")).bytes)).toBe("hello");
  expect(asked).toMatchObject([
    { url: "https://93.184.216.34/a", host: "media.example.com", name: "media.example.com" },
  ]);
});

const forbidden = [
  "http://media.example.com/",
  "ftp://media.example.com/",
  "file:///etc/hostname",
  "data:text/plain,x",
  "javascript:1",
  "nonsense",
  "",
  "https://other.example.com/",
  "https://media.example.com.evil.example/",
  "https://media.example.com@evil.example/",
  "https://user:pw@media.example.com/",
  "https://media.example.com:8443/",
  "https://127.0.0.1/",
  "https://localhost/",
  "https://[::1]/",
];
test.each(forbidden)("%s is not asked", async (url) => {
  const { get, asked } = internet({});
  expect(await codeOf(get(url))).toBe("forbidden");
  expect(asked).toEqual([]);
});

const inward = [
  "127.0.0.1",
  "127.1",
  "2130706433",
  "0177.0.0.1",
  "0x7f.1",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "10.0.0.1",
  "172.16.0.9",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "[::]",
  "[fe80::1]",
  "[fc00::1]",
  "[64:ff9b::7f00:1]",
  "[2002:7f00:1::]",
  "224.0.0.1",
  "255.255.255.255",
];
test.each(inward)("an owner's address of %s is refused: it is not public", async (host) => {
  const { get, asked } = internet({});
  expect(await codeOf(get(`https://${host}/`, { hosts: "any" }))).toBe("forbidden");
  expect(asked).toEqual([]);
});

test("a name that leads inward is refused, also when only one of its addresses does", async () => {
  for (const addresses of [["127.0.0.1"], ["93.184.216.34", "10.0.0.7"], ["fd00::1"]]) {
    const { get, asked } = internet({}, { "media.example.com": addresses });
    expect(await codeOf(get("https://media.example.com/"))).toBe("forbidden");
    expect(asked).toEqual([]);
  }
});

const to =
  (location: string, status = 302) =>
  () =>
    new Response(null, { status, headers: { Location: location } });

test("redirects are followed by hand, three at most; a host that may not be asked ends them", async () => {
  const { get, asked } = internet({
    "media.example.com/1": to("/2"),
    "media.example.com/2": to("/3"),
    "media.example.com/3": to("/4"),
    "media.example.com/4": () => new Response("there"),
    "media.example.com/loop": to("/loop"),
    "media.example.com/in": to("https://127.0.0.1/"),
    "media.example.com/plain": to("http://media.example.com/4"),
    "media.example.com/file": to("file:///etc/passwd"),
  });
  expect(new TextDecoder().decode((await get("https://media.example.com/1")).bytes)).toBe("there");
  expect(asked).toHaveLength(4);
  expect(await codeOf(get("https://media.example.com/loop"))).toBe("upstream");
  for (const path of ["in", "plain", "file"])
    expect(await codeOf(get(`https://media.example.com/${path}`))).toBe("forbidden");
});

test("what we send to one host is not sent on to another", async () => {
  const { get, asked } = internet({
    "media.example.com/": to("https://cdn.example.com/x"),
    "cdn.example.com/x": () => new Response("x"),
  });
  await get("https://media.example.com/", { hosts: ["media.example.com", "cdn.example.com"] });
  expect(asked.map(({ headers }) => headers.get("authorization"))).toEqual(["secret", null]);
});

test.each([
  ["its own deadline", { timeoutMs: 1 }, undefined],
  ["whoever asked, who has given up", {}, AbortSignal.abort()],
])("dns-that-hangs: a name that is looked up for ever is waited for no longer than by %s", async (_, over, signal) => {
  const { means, asked } = internet({});
  const hangs = { ...means, lookup: () => new Promise<never>(() => {}) };
  const init = signal === undefined ? {} : { signal };
  expect(await codeOf(fetchOutside("https://media.example.com/", init, { ...rules, ...over }, hangs))).toBe("upstream");
  expect(asked).toEqual([]);
});

test("a redirected POST is an answer and is repeated nowhere; a body of no use is not read", async () => {
  const { means, asked } = internet({ "media.example.com/": to("https://media.example.com/2", 307) });
  const post = { method: "POST", body: "x" };
  const answer = await fetchOutside("https://media.example.com/", post, { ...rules, bytesMax: 0 }, means);
  expect([answer.status, answer.bytes.length, asked.length]).toEqual([307, 0, 1]);
});

test("too much is refused, declared or not, and never held", async () => {
  let sent = 0;
  const endless = () =>
    new Response(
      new ReadableStream({ pull: (controller) => void controller.enqueue(new Uint8Array(400).fill(++sent)) }),
    );
  const { get } = internet({
    "media.example.com/endless": endless,
    "media.example.com/declared": () => new Response("x", { headers: { "Content-Length": "2000" } }),
  });
  expect(await codeOf(get("https://media.example.com/endless"))).toBe("too_large");
  expect(await codeOf(get("https://media.example.com/declared"))).toBe("too_large");
  expect(sent).toBeLessThan(10);
});

test("public is what the registries say", () => {
  for (const address of ["8.8.8.8", "93.184.216.34", "2606:4700::1111"]) expect(isPublicAddress(address)).toBe(true);
  for (const address of ["::ffff:8.8.8.8", "2001:db8::1", "192.0.2.1", "x"])
    expect(isPublicAddress(address)).toBe(false);
});
