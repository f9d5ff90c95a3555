import { z } from "zod";
import { loadCustomerCard } from "../memory.ts";
import { defineTool } from "./tool.ts";

export const lookupCustomer = defineTool({
  name: "lookup_customer",
  description: "What is known about the customer you are talking to: name, status and open meetings.",
  input: z.strictObject({}),
  async run(desk) {
    const card = await loadCustomerCard(desk.ctx, desk.customerId, desk.now);
    return { result: { ...card } };
  },
});
