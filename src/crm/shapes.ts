import { z } from "zod";
import { flagInput, instantInput, instantText } from "../api/page.ts";
import { writtenText } from "../api/text.ts";
import { type CustomerId, parseBusinessId, type UserId } from "../base/ids.ts";
import { leadSources } from "../db/schema/lead.ts";

/** What the routes of this folder take and answer, where more than one of them does. */

export const customerIdInput = z.uuid().transform((text) => parseBusinessId(text) as string as CustomerId);
export const userIdInput = z.uuid().transform((text) => parseBusinessId(text) as string as UserId);

/** `:id` of a customer in the path. */
export const customerParam = z.strictObject({ id: customerIdInput });

export const leadSource = z.enum(leadSources);

export const statusKeyInput = writtenText(40);
/** Which leads, in a query. */
export const leadFilters = {
  status: statusKeyInput.optional(),
  source: leadSource.optional(),
  assigneeUserId: userIdInput.optional(),
  customerId: customerIdInput.optional(),
  createdFrom: instantInput.optional(),
  createdTo: instantInput.optional(),
  closed: flagInput.optional(),
  archived: flagInput.optional(),
  q: writtenText(100).optional(),
};

export const leadShape = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  name: z.string().nullable(),
  phones: z.array(z.string()),
  status: z.string(),
  statusLabel: z.string(),
  hue: z.int(),
  closed: z.boolean(),
  source: leadSource,
  assigneeUserId: z.uuid().nullable(),
  archivedAt: instantText.nullable(),
  activeAt: instantText,
  activeLocal: z.string(),
  createdAt: instantText,
  createdLocal: z.string(),
  updatedAt: instantText,
});

export const statusShape = z.object({
  key: z.string(),
  label: z.string(),
  hue: z.int(),
  position: z.int(),
  closed: z.boolean(),
});

export const customerTag = "customers";

export const identityShape = z.object({
  id: z.uuid(),
  kind: z.enum(["phone", "lid", "bsuid", "staff"]),
  value: z.string(),
  createdAt: instantText,
});
