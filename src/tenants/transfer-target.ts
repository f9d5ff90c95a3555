import type { Phone } from "../base/phone.ts";
import type { BusinessSettings } from "./settings.ts";

/** The number that callers may be handed to: the one that is set, once its person proved to be there (K16). */
export const transferTarget = (
  of: Readonly<Pick<BusinessSettings, "transferPhone" | "transferVerifiedPhone">>,
): Phone | null => (of.transferPhone === of.transferVerifiedPhone ? of.transferPhone : null);
