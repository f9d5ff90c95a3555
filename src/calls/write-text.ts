import type { CallWrite } from "./call-writes.ts";

const nobody = { done: () => {} };
const kinds: Record<CallWrite["kind"], object> = {
  ...{ begin: nobody, status: nobody, recording: nobody }, // whoever waited for these is gone
  ...{ turn: {}, event: {}, usage: {}, ended: {}, sound: {} },
};

/** A write as one line of text. */
export const textOf = (write: CallWrite): string =>
  JSON.stringify(write, function (this: Record<string, unknown>, name, value: unknown) {
    const raw = this[name]; // `value` has been through toJSON
    if (raw instanceof Temporal.Instant) return { $instant: raw.toString() };
    if (raw instanceof Uint8Array) return { $bytes: Buffer.from(raw).toString("base64") };
    return value;
  });

/** The write again; null for what `textOf` did not make, such as the half of a line. */
export function writeOf(text: string): CallWrite | null {
  try {
    const read = JSON.parse(text, (_name, value: unknown) => revived(value)) as CallWrite;
    return Object.hasOwn(kinds, read.kind) ? { ...read, ...kinds[read.kind] } : null;
  } catch {
    return null;
  }
}

function revived(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("$instant" in value) return Temporal.Instant.from(String(value.$instant));
  if ("$bytes" in value) return new Uint8Array(Buffer.from(String(value.$bytes), "base64"));
  return value;
}
