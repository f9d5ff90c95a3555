import { expect, test } from "bun:test";
import { Hono } from "hono";
import { z } from "zod";
import { silentLog } from "../base/log.ts";
import { errorHandler } from "../http/errors.ts";
import { json } from "./input.ts";

const app = new Hono();
app.onError(errorHandler(silentLog));
app.post("/x", json(z.strictObject({ name: z.string().min(2), city: z.strictObject({ zip: z.int() }) })), (c) =>
  c.json(c.req.valid("json")),
);

const post = async (body: string, type = "application/json") => {
  const answer = await app.request("/x", { method: "POST", body, headers: { "Content-Type": type } });
  return { status: answer.status, body: (await answer.json()) as { error?: { code: string; fields?: unknown } } };
};

test("what fits the schema passes", async () => {
  expect(await post('{"name":"דנה","city":{"zip":1}}')).toEqual({
    status: 200,
    body: { name: "דנה", city: { zip: 1 } } as never,
  });
});

test("what does not fit is 422 with the path and the code of every field, and nothing of what was sent", async () => {
  const { status, body } = await post('{"name":"x","city":{"zip":"secret"},"more":1}');
  expect(status).toBe(422);
  expect(body.error?.code).toBe("invalid");
  expect(body.error?.fields).toEqual([
    { path: "name", code: "too_small", limit: 2, origin: "string" },
    { path: "city.zip", code: "invalid_type" },
    { path: "", code: "unrecognized_keys" },
  ]);
  expect(JSON.stringify(body)).not.toContain("secret");
});

test.each([
  ["half a JSON", '{"name":', "application/json"],
  ["a form", "name=xx", "application/x-www-form-urlencoded"],
  ["no content type", '{"name":"xx"}', "text/plain"],
])("%s is 422", async (_what, body, type) => {
  expect((await post(body, type)).status).toBe(422);
});
