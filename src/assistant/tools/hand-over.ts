import { z } from "zod";
import { createTask } from "../../crm/tasks/create-task.ts";
import { notify } from "../../notify/create.ts";
import { sentences } from "../sentences.he.ts";
import { defineTool } from "./tool.ts";

export const handOver = defineTool({
  name: "hand_over",
  description:
    "Hands the conversation to a person of the business, when the customer asks for one or you cannot help. Say one sentence about it; where nobody can be reached now, staff gets a task.",
  input: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
  async run(desk, { reason }) {
    const { ctx, customerId, callId, conversationId, memory, transfer } = desk;
    await notify(ctx, {
      kind: "hand_over",
      title: sentences.taskHandOver,
      body: reason,
      subject: `conversation:${conversationId}`,
    });
    if (desk.channel === "call" && transfer !== null && !memory.transferred) {
      memory.transferred = true; // one transfer per call (K16)
      return {
        result: { ok: true, transferring_to: transfer.label },
        afterwards: { kind: "transfer", to: transfer.phone, label: transfer.label },
      };
    }
    await createTask(ctx, {
      title: sentences.taskHandOver,
      detail: reason,
      customerId,
      ...(callId === null ? {} : { callId }),
      urgency: "urgent",
      sourceKey: `hand_over:${conversationId}`,
    });
    return { result: { ok: true, transferring_to: null, say: sentences.handedOver } };
  },
});
