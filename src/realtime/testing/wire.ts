import type { ScriptedConnection } from "./scripted-server.ts";

/** Server events of the documented shapes, for scripts. */
export const created = (id: string, metadata: unknown = null) => ({
  type: "response.created",
  response: { id, status: "in_progress", metadata },
});

/** `ms` of mu-law at 8 kHz in base64. */
export const audioOf = (ms: number): string => Buffer.alloc(ms * 8, 0x7e).toString("base64");

export const audioDelta = (response_id: string, item_id: string, ms: number) => ({
  type: "response.output_audio.delta",
  response_id,
  item_id,
  output_index: 0,
  content_index: 0,
  delta: audioOf(ms),
});

export const audioDone = (response_id: string, item_id: string) => ({
  type: "response.output_audio.done",
  response_id,
  item_id,
});

export const done = (id: string, status = "completed", more: Record<string, unknown> = {}) => ({
  type: "response.done",
  response: { id, status, output: [], ...more },
});

export const functionCall = (id: string, call_id: string, name: string, args = "{}") => ({
  id,
  type: "function_call",
  call_id,
  name,
  arguments: args,
});

export const itemDone = (response_id: string, item: Record<string, unknown>) => ({
  type: "response.output_item.done",
  response_id,
  item,
});

export const problem = (code: string, event_id: unknown = null, type = "invalid_request_error") => ({
  type: "error",
  error: { type, code, message: `about ${code}`, event_id },
});

/** Awaits a `response.create` and begins that answer. */
export async function begin(connection: ScriptedConnection, id: string): Promise<void> {
  const { response } = (await connection.expect("response.create")) as unknown as { response: { metadata: unknown } };
  connection.emit(created(id, response.metadata));
}
