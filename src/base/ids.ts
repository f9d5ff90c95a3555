declare const brand: unique symbol;
type Brand<T extends string> = string & { readonly [brand]: T };

/** Ids are UUIDv7 (sortable by creation time) unless a provider made them. Made and parsed here only. */
export type BusinessId = Brand<"business">;
export type UserId = Brand<"user">;
export type CustomerId = Brand<"customer">;
export type CallId = Brand<"call">;
/** Twilio's id of a call: "CA" and 32 hexadecimal digits. */
export type CallSid = Brand<"call_sid">;
/** Twilio's id of a media stream: "MZ" and 32 hexadecimal digits. */
export type StreamSid = Brand<"stream_sid">;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A new id, sortable by the moment it was made. */
export function newId<T extends string = string>(): T {
  return Bun.randomUUIDv7() as T;
}

const parseUuid = (text: string): string | null => {
  const lower = text.toLowerCase();
  return uuidPattern.test(lower) ? lower : null;
};

/** An id from outside in its one spelling; null for what is none. */
export const parseBusinessId = (text: string): BusinessId | null => parseUuid(text) as BusinessId | null;
export const parseCallId = (text: string): CallId | null => parseUuid(text) as CallId | null;
/** A provider's id as it came; null for what is none. */
export const parseCallSid = (text: string): CallSid | null =>
  /^CA[0-9a-f]{32}$/i.test(text) ? (text as CallSid) : null;
export const parseStreamSid = (text: string): StreamSid | null =>
  /^MZ[0-9a-f]{32}$/i.test(text) ? (text as StreamSid) : null;
