import { describe, expect, test } from "bun:test";
import { ConfigError, environmentNames, readConfig } from "./config.ts";

const problemsOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
};

describe("the environment", () => {
  test("nothing has to be given", () => {
    const config = readConfig({});
    expect(config.databaseUrl).toBeNull();
    expect(config.openai.apiKey).toBeNull();
    expect(config.storageDir.startsWith("/")).toBe(true);
  });

  test("every problem is reported in one message, and never with its value", () => {
    const message = problemsOf({
      PORT: "http",
      TRUSTED_PROXIES: "cloudflare",
      PUBLIC_BASE_URL: "ftp://secret-host",
      SESSION_SECRET: "too-short-secret",
      TWILIO_AUTH_TOKEN: "token-value",
      LOG_LEVEL: "loud",
    });
    for (const name of [
      "PORT",
      "TRUSTED_PROXIES",
      "PUBLIC_BASE_URL",
      "SESSION_SECRET",
      "TWILIO_ACCOUNT_SID",
      "LOG_LEVEL",
    ])
      expect(message).toContain(`${name}:`);
    for (const value of ["secret-host", "too-short-secret", "token-value", "loud"])
      expect(message).not.toContain(value);
  });

  const account = { TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`, TWILIO_AUTH_TOKEN: "token-value" };
  const secure = "PUBLIC_BASE_URL: must be the https address under which Twilio reaches this server";
  const refusals: [string, Record<string, string>, string[]][] = [
    ["Twilio's keys without a public address", account, [secure]],
    ["Twilio's keys with a plain address", { ...account, PUBLIC_BASE_URL: "http://calls.example.com" }, [secure]],
    ["Twilio in another region", { ...account, TWILIO_API_BASE_URL: "https://api.dublin.ie1.twilio.com" }, [secure]],
    [
      "Twilio's keys and other mistakes",
      { ...account, PUBLIC_BASE_URL: "http://calls.example.com", LOG_FORMAT: "xml" },
      ["LOG_FORMAT: ", secure],
    ],
    [
      "an address that is none",
      { ...account, PUBLIC_BASE_URL: "calls" },
      ["PUBLIC_BASE_URL: must be an http or https"],
    ],
    ...[
      "https://calls.example.com/?a=b",
      "https://calls.example.com/#here",
      "https://dana:secret@calls.example.com",
    ].map((url): [string, Record<string, string>, string[]] => [
      `the public address ${url}`,
      { PUBLIC_BASE_URL: url },
      ["PUBLIC_BASE_URL: must have no query, no fragment and no login"],
    ]),
    [
      "a socket address that is none",
      { WHATSAPP_WEB_SOCKET_URL: "nonsense" },
      ["WHATSAPP_WEB_SOCKET_URL: must be a ws"],
    ],
  ];
  test.each(refusals)("%s: one line for each bad name", (_what, env, lines) => {
    const message = problemsOf(env).split("\n  ").slice(1);
    expect(message.map((line, index) => line.slice(0, lines[index]?.length))).toEqual(lines);
  });

  test("Twilio's keys with the secure address, or with a Twilio of this machine, are enough", () => {
    const address = "https://calls.example.com";
    expect(readConfig({ ...account, PUBLIC_BASE_URL: address }).http.publicBaseUrl).toBe(address);
    const simulated = readConfig({ ...account, TWILIO_API_BASE_URL: "http://127.0.0.1:4000" });
    expect(simulated.http.publicBaseUrl).toBeNull();
  });

  test("empty values count as not given, so that a copied example file works", () => {
    expect(readConfig({ DATABASE_URL: "", OPENAI_API_KEY: "", PORT: " " })).toEqual(readConfig({}));
  });

  test("addresses lose their trailing slash", () => {
    expect(readConfig({ PUBLIC_BASE_URL: "https://calls.example.com/" }).http.publicBaseUrl).toBe(
      "https://calls.example.com",
    );
  });

  test(".env.example lists exactly the names that are read", async () => {
    const text = await Bun.file(new URL("../.env.example", import.meta.url)).text();
    const listed = [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
    expect(listed.toSorted()).toEqual([...environmentNames].toSorted());
  });
});
