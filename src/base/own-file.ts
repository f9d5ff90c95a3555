import { join, normalize } from "node:path";
import { AppError } from "./errors.ts";
import type { BusinessId } from "./ids.ts";

/**
 * Where a file of a business's WhatsApp lies, its name being one that we gave it (`whatsapp/business_<id>/…`). A job that
 * names another's file, or one anywhere else, is a bug and does nothing. @throws AppError "bug".
 */
export function ownFile(storageDir: string, businessId: BusinessId | null, file: string): string {
  const isOwn = businessId !== null && file.startsWith(`whatsapp/business_${businessId}/`) && normalize(file) === file;
  if (!isOwn) throw new AppError("bug", "a file of another business");
  return join(storageDir, file);
}
