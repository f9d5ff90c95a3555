import { expect, test } from "bun:test";
import { createLog, type LogSettings } from "./log.ts";

const lines = (settings: Partial<LogSettings>, write: (log: ReturnType<typeof createLog>) => void): string[] => {
  const out: string[] = [];
  const instant = () => Temporal.Instant.from("2026-11-24T08:15:00.123Z");
  write(createLog({ level: "debug", format: "text", write: (line) => out.push(line), instant, ...settings }));
  return out;
};

test("a line carries time, level, prefix, event and fields in order, inherited ones first", () => {
  expect(
    lines({}, (log) =>
      log.child({ biz: "b1" }).info("CALL", "new call started", { has_greeting: true, name: "דנה לוי" }),
    ),
  ).toEqual(['2026-11-24T08:15:00.123Z info [CALL] new call started biz=b1 has_greeting=true name="דנה לוי"']);
});

test("socket events stand without brackets", () => {
  expect(lines({}, (log) => log.info("WS_START", "stream"))[0]).toContain(" info WS_START stream");
});

test("a value can neither forge a second line nor reorder the text", () => {
  const [line] = lines({}, (log) =>
    log.warn("WA-INCOMING", "name", { from: "x\n2026 error [CALL] \u202egone\u001b[2J" }),
  );
  for (const forged of ["\n", "\u202e", "\u001b"]) expect(line).not.toContain(forged);
  expect(line).toContain("\\u000a");
});

test("lines below the level are not written", () => {
  expect(
    lines({ level: "warn" }, (log) => {
      log.info("APP", "a");
      log.debug("APP", "b");
      log.warn("APP", "c");
    }),
  ).toHaveLength(1);
});

test("json lines hold the same facts", () => {
  const [line] = lines({ format: "json" }, (log) => log.error("DB", "down", { ms: 3 }));
  expect(JSON.parse(line ?? "")).toEqual({
    time: "2026-11-24T08:15:00.123Z",
    level: "error",
    prefix: "DB",
    event: "down",
    ms: 3,
  });
});

test.each(["text", "json"] as const)("no value and no event makes a line of any length: %s", (format) => {
  const long = "א\n".repeat(50_000);
  const [line] = lines({ format }, (log) => log.child({ inherited: long }).error("WA-ERROR", long, { own: long }));
  expect(line!.length).toBeLessThan(3 * 10_000);
  expect(line!.match(/…/g)).toHaveLength(3);
});

test("a json line holds no character that reorders the text, and says the same", () => {
  const [line] = lines({ format: "json" }, (log) => log.warn("WA-INCOMING", "name", { from: "\u202egone\u009b" }));
  expect(line).not.toMatch(/[\u202e\u009b]/);
  expect(JSON.parse(line!)).toMatchObject({ from: "\u202egone\u009b" });
});

test("undefined fields are left out, null ones are shown", () => {
  expect(lines({}, (log) => log.info("APP", "x", { a: undefined, b: null }))[0]).toEndWith("x b=null");
});
