import { createHash, randomBytes } from "node:crypto";

/** A bearer secret: 32 random bytes, base64url. Only its key is kept. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** Under which a secret is kept: who reads the table cannot use it. */
export const keyOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");
