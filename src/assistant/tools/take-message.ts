import { z } from "zod";
import { createTask } from "../../crm/tasks/create-task.ts";
import { sentences } from "../sentences.he.ts";
import { defineTool } from "./tool.ts";

export const takeMessage = defineTool({
  name: "take_message",
  description: "Writes down a message for the business's staff, who will call or write back.",
  input: z.strictObject({
    message: z.string().trim().min(1).max(2_000).describe("The message, in the customer's words"),
    urgent: z.boolean().default(false),
    call_back: z
      .string()
      .trim()
      .max(200)
      .optional()
      .describe("When the customer wants to be called back, in their words"),
  }),
  async run(desk, { message, urgent, call_back }) {
    const id = await createTask(desk.ctx, {
      title: sentences.taskMessage,
      detail: call_back === undefined ? message : `${message}\n${call_back}`,
      customerId: desk.customerId,
      ...(desk.callId === null ? {} : { callId: desk.callId }),
      urgency: urgent ? "urgent" : "normal",
    });
    return { result: { ok: id !== null } };
  },
});
