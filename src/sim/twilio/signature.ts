import { createHmac } from "node:crypto";

/**
 * Twilio's request signature: HMAC-SHA1 with the auth token over the full address followed by every form field's name and
 * value, sorted by name, in base64. Source: Twilio documentation, "Webhooks security".
 */
export function signRequest(authToken: string, url: string, form: Readonly<Record<string, string>> = {}): string {
  const hmac = createHmac("sha1", authToken);
  hmac.update(url);
  for (const name of Object.keys(form).sort()) hmac.update(name + form[name]!, "utf8");
  return hmac.digest("base64");
}
