import { describe, expect, test } from "bun:test";
import { parseTwiml, TwimlError } from "./twiml.ts";

describe("reading TwiML", () => {
  test("elements, attributes of both quotes, entities, comments and the declaration", () => {
    const root = parseTwiml(
      `<?xml version="1.0" encoding="UTF-8"?><!-- hello --><Response>
        <Connect action='https://a.example/x'><Stream url="wss://a.example/ws"><Parameter name="t" value="a&amp;b&#x5d0;"/></Stream></Connect>
        <Play>https://a.example/f.wav?x=1&amp;y=2</Play></Response>`,
    );
    expect(root.children.map(({ name }) => name)).toEqual(["Connect", "Play"]);
    const [connect, play] = root.children;
    expect(connect!.attributes).toEqual({ action: "https://a.example/x" });
    expect(connect!.children[0]!.children[0]!.attributes).toEqual({ name: "t", value: "a&bא" });
    expect(play!.text).toBe("https://a.example/f.wav?x=1&y=2");
  });

  test.each([
    ["a bare ampersand in an address", "<Response><Play>https://a.example/?x=1&y=2</Play></Response>"],
    ["an unknown entity", "<Response>&nbsp;</Response>"],
    ["a tag that is not closed", "<Response><Play>x</Response>"],
    ["an attribute without quotes", "<Response><Play loop=1>x</Play></Response>"],
    ["the same attribute twice", '<Response><Play loop="1" loop="2">x</Play></Response>'],
    ["another root", "<Html/>"],
    ["two roots", "<Response/><Response/>"],
    ["text around the root", "hello <Response/>"],
    ["nothing", ""],
    ["JSON", '{"error":"down"}'],
  ])("%s is refused", (_, xml) => {
    expect(() => parseTwiml(xml)).toThrow(TwimlError);
  });
});
