import { expect, test } from "bun:test";
import { systemClock } from "../base/clock.ts";
import { readableLog } from "../base/testing/readable-log.ts";
import { readConfig } from "../config.ts";
import { assembleVoice } from "./voice.ts";

function warningsWith(settings: Record<string, string>): string[] {
  const { log, lines } = readableLog("warn");
  const clock = { ...systemClock, instant: () => Temporal.Instant.from("2026-11-27T12:00:00Z") };
  assembleVoice({ config: readConfig({ OPENAI_API_KEY: "sk-test", ...settings }), clock, log });
  return lines;
}

test("models that the price list does not know are named once at start, all in one line", () => {
  const lines = warningsWith({ OPENAI_REALTIME_MODEL: "gpt-realtime-99", OPENAI_CHAT_MODEL: "gpt-99" });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("gpt-realtime-99 gpt-99");
  expect(warningsWith({})).toEqual([]);
});
