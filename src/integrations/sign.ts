import { createHmac } from "node:crypto";

/** What a webhook's receiver checks by; worked out anew each time, so that it stands in no table and no backup. */
export const webhookSecret = (installationSecret: string, webhookId: string, version: number): string =>
  `whsec_${createHmac("sha256", installationSecret).update(`webhook ${webhookId} ${version}`).digest("base64url")}`;

/**
 * `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 under the secret over "<t>.<body>". The time is part of it, so that what was
 * overheard cannot be sent again later.
 */
export const signature = (secret: string, body: string, unixSeconds: number): string =>
  `t=${unixSeconds},v1=${createHmac("sha256", secret).update(`${unixSeconds}.${body}`).digest("hex")}`;
