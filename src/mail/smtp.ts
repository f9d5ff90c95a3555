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

/** Hands a letter to the mail server. @throws AppError "invalid" when this letter never will be taken, "upstream" when it may be later. */
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
      throw refusal(error as { responseCode?: number; command?: string });
    } finally {
      server.close();
    }
  };
}

/** A server's answer quotes addresses, so that of it only the number goes into the log. What is said to the login or the sender is about us. */
function refusal(error: { responseCode?: number; command?: string }): AppError {
  const { responseCode, command } = error;
  if (responseCode === undefined) return new AppError("upstream", "the mail server does not answer", { cause: error });
  const isLetters = command === "RCPT TO" || command === "DATA";
  const code = responseCode >= 500 && isLetters ? "invalid" : "upstream";
  return new AppError(code, `the mail server answered ${responseCode} to ${command}`);
}
