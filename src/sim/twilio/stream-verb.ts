import type { Verb } from "./twiml.ts";

/** The `<Parameter>`s of a stream, which come back in `start`. */
export const parametersOf = (verb: Verb): Record<string, string> =>
  Object.fromEntries(
    verb.children
      .filter(({ name }) => name === "Parameter")
      .map(({ attributes }) => [attributes.name ?? "", attributes.value ?? ""]),
  );

/** Why Twilio would not open this stream; null when it would. Loopback addresses may do without TLS. */
export function whyNotStream(verb: Verb): { code: number; detail: string } | null {
  const { url = "", track = "inbound_track" } = verb.attributes;
  const isLoopback = /^ws:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(url);
  if (!url.startsWith("wss://") && !isLoopback) return { code: 31_922, detail: `the scheme of ${url} is not wss` };
  if (url.includes("?")) return { code: 31_920, detail: "a stream address takes no query string" };
  if (track !== "inbound_track") return { code: 31_941, detail: `track ${track} with <Connect>` };
  const long = Object.entries(parametersOf(verb)).find(([name, value]) => name.length + value.length >= 500);
  return long === undefined ? null : { code: 0, detail: `parameter ${long[0]} has 500 characters or more` };
}
