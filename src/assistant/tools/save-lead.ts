import { z } from "zod";
import { saveLead } from "../../crm/leads/save-lead.ts";
import { defineTool } from "./tool.ts";

export const saveLeadTool = defineTool({
  name: "save_lead",
  description:
    "Saves what the customer told you about themselves: their name, what they are interested in. Use it as soon as you learn it.",
  input: z.strictObject({
    name: z.string().trim().min(1).max(80).optional(),
    interest: z.string().trim().max(1_000).optional().describe("What the customer wants, in short"),
  }),
  async run(desk, { name, interest }) {
    await saveLead(desk.ctx, {
      customerId: desk.customerId,
      source: desk.channel === "call" ? "call" : "whatsapp",
      ...(name === undefined ? {} : { name }),
      ...(interest === undefined ? {} : { interest }),
    });
    return { result: { ok: true } };
  },
});
