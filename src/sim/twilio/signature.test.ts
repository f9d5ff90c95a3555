import { expect, test } from "bun:test";
import { signRequest } from "./signature.ts";

test("the voice request of Twilio's own library tests gets Twilio's signature", () => {
  // Source: twilio-ruby, spec of the request validator.
  const form = {
    ToState: "California",
    CalledState: "California",
    Direction: "inbound",
    FromState: "CA",
    AccountSid: "ACba8bc05eacf94afdae398e642c9cc32d",
    Caller: "+14153595711",
    CallerZip: "94108",
    CallerCountry: "US",
    From: "+14153595711",
    FromCity: "SAN FRANCISCO",
    CallerCity: "SAN FRANCISCO",
    To: "+14157669926",
    FromZip: "94108",
    FromCountry: "US",
    ToCity: "",
    CallStatus: "ringing",
    CalledCity: "",
    CallerState: "CA",
    CalledZip: "",
    ToZip: "",
    ToCountry: "US",
    CallSid: "CA136d09cd59a3c0ec8dbff44da5c03f31",
    CalledCountry: "US",
    Called: "+14157669926",
    ApiVersion: "2010-04-01",
    ApplicationSid: "AP44efecad51364e80b133bb7c07eb8204",
  };
  expect(signRequest("2bd9e9638872de601313dc77410d3b23", "http://twiliotests.heroku.com/validate/voice", form)).toBe(
    "oVb2kXoVy8GEfwBDjR8bk/ZZ6eA=",
  );
});

test("a socket is signed over its address alone", () => {
  const url = "wss://agent.example/ws/twilio-media";
  expect(signRequest("token", url)).toBe(signRequest("token", url, {}));
  expect(signRequest("token", url)).not.toBe(signRequest("token", `${url}/`));
});
