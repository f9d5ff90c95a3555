import { z } from "zod";
import { defineTool } from "./tool.ts";

export const endConversation = defineTool({
  name: "end_conversation",
  description: "Ends the conversation politely, after you said goodbye and the customer needs nothing more.",
  input: z.strictObject({}),
  run: async () => ({ result: { ok: true }, afterwards: { kind: "end" } }),
});
