import { expect, test } from "bun:test";
import { link, match } from "./address.ts";

test("an address gives its parameters, decoded", () => {
  expect(match("/calls/:id", "/calls/a%20b")).toEqual({ id: "a b" });
  expect(match("/calls/:id/", "/calls/7/")).toBeNull();
  expect(match("/calls/:id", "/calls/7/")).toEqual({ id: "7" });
  expect(match("/", "/")).toEqual({});
});

test("what does not fit, or cannot be read, is no match", () => {
  for (const address of ["/calls", "/calls/", "/calls/1/2", "/leads/1", "/calls/%E0%A4%A"])
    expect(match("/calls/:id", address)).toBeNull();
});

test("a link is read back as it was written, whatever the parameter holds", () => {
  for (const id of ["7", "א/ב?ג#ד", "100%", "😀"])
    expect(match("/calls/:id", link("/calls/:id", { id }))).toEqual({ id });
});
