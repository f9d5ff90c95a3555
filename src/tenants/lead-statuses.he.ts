import { leadStatuses } from "../db/schema/lead-status.ts";
import type { Ctx } from "./ctx.ts";

/** Where every lead begins; a business may rename it, not remove it. */
export const firstLeadStatus = "new";

const usual: readonly [key: string, label: string, hue: number, closed: boolean][] = [
  [firstLeadStatus, "חדש", 210, false],
  ["contacted", "נוצר קשר", 180, false],
  ["in_progress", "בטיפול", 45, false],
  ["meeting", "נקבעה פגישה", 270, false],
  ["won", "נסגר בהצלחה", 140, true],
  ["lost", "לא רלוונטי", 0, true],
];

/** The statuses of a new business, until it makes its own. Harmless the second time. */
export async function seedLeadStatuses({ tx, businessId }: Pick<Ctx, "tx" | "businessId">): Promise<void> {
  await tx
    .insert(leadStatuses)
    .values(
      usual.map(([key, label, hue, closed], index) => ({ businessId, key, label, hue, closed, position: index + 1 })),
    )
    .onConflictDoNothing();
}
