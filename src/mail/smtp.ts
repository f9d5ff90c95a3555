import { AppError } from "../base/errors.ts";
import type { Config } from "../config.ts";

/** One letter in plain text. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
  /** The same letter has the same id: a mailbox that gets it twice shows it once. */
  id: string;
}

/** Hands a letter to the mail server. @throws AppError "invalid" when it never will be taken, "upstream" when it may be later. */
export type SendMail = (letter: Letter) => Promise<void>;

const waitMs = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/** By the configured mail server; null where there is none. A connection per letter: an owner gets few. */
export function createMail(config: Config["mail"]): SendMail | null {
  if (config === null) return null;
  const { url, from } = config;
  return async ({ to, subject, text, id }) => {
    // Loaded when the first letter goes: most installations never send one.
    const { createTransport } = await import("nodemailer");
    const server = createTransport({ url, ...waitMs, disableFileAccess: true, disableUrlAccess: true });
    const messageId = `<${id}@${from.split("@").at(-1)!.replace(/>.*/, "")}>`;
    try {
      await server.sendMail({ from, to: { name: "", address: to }, subject, text, messageId });
    } catch (error) {
      const { responseCode = 0 } = error as { responseCode?: number };
      throw new AppError(responseCode >= 500 ? "invalid" : "upstream", `the mail server answered ${responseCode}`, {
        cause: error,
      });
    } finally {
      server.close();
    }
  };
}
