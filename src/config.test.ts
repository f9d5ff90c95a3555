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

  test("empty values count as not given, so that a copied example file works", () => {
    expect(readConfig({ DATABASE_URL: "", OPENAI_API_KEY: "" })).toEqual(readConfig({}));
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
