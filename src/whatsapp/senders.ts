import { and, eq, isNull, sql } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import type { Database } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { whatsappSettings } from "../db/schema/whatsapp.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { ProviderKind } from "./provider.ts";

export interface SendersDeps {
  db: Database;
  defaultProvider: ProviderKind;
  /** The installation's own sender, for the one business at Twilio that has none of its own; null = there is none. */
  defaultSender: Phone | null;
}

/** Which sender at Twilio is whose. */
export interface Senders {
  /** Null = the number is nobody's, or could be of several. */
  businessOf(sender: string): Promise<BusinessId | null>;
  senderOf(businessId: BusinessId): Promise<string | null>;
}

const patient = { deadlineMs: limits.jobQueryMs };

export function createSenders({ db, defaultProvider, defaultSender }: SendersDeps): Senders {
  const provider = sql<ProviderKind>`coalesce(${whatsappSettings.provider}, ${defaultProvider})`;
  const ofBusiness = eq(whatsappSettings.businessId, businesses.id);
  const isActive = eq(businesses.status, "active");

  /** Those at Twilio without a sender of their own: the installation's belongs to the only one. */
  const withoutSender = () =>
    withSystem(
      db,
      (tx) =>
        tx
          .select({ id: businesses.id })
          .from(businesses)
          .leftJoin(whatsappSettings, ofBusiness)
          .where(and(isActive, sql`${provider} = 'twilio'`, isNull(whatsappSettings.twilioNumber)))
          .limit(2),
      patient,
    );

  return {
    async businessOf(sender) {
      const [own] = await withSystem(
        db,
        (tx) =>
          tx
            .select({ id: businesses.id })
            .from(businesses)
            .innerJoin(whatsappSettings, ofBusiness)
            .where(and(isActive, eq(whatsappSettings.twilioNumber, sender as Phone))),
        patient,
      );
      if (own !== undefined || sender !== defaultSender) return own?.id ?? null;
      const [only, another] = await withoutSender();
      return another === undefined ? (only?.id ?? null) : null;
    },
    async senderOf(businessId) {
      const [row] = await withSystem(
        db,
        (tx) =>
          tx
            .select({ number: whatsappSettings.twilioNumber })
            .from(whatsappSettings)
            .where(eq(whatsappSettings.businessId, businessId)),
        patient,
      );
      if (row?.number != null || defaultSender === null) return row?.number ?? null;
      const [only, another] = await withoutSender();
      return another === undefined && only?.id === businessId ? defaultSender : null;
    },
  };
}
