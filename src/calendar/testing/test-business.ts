import { type BusinessId, type CustomerId, newId } from "../../base/ids.ts";
import type { Database } from "../../db/client.ts";
import { businesses, businessSettings } from "../../db/schema/business.ts";
import { customers } from "../../db/schema/customer.ts";
import { resources } from "../../db/schema/resource.ts";
import { calendarRules, workingHours } from "../../db/schema/working-hours.ts";
import { withSystem, withTenant } from "../../db/tenant.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { seedLeadStatuses } from "../../tenants/lead-statuses.he.ts";

/** A business with staff, hours and customers for tests of the calendar and the assistant. */
export interface TestBusiness {
  businessId: BusinessId;
  resourceIds: string[];
  customerIds: CustomerId[];
  /** Runs in a transaction of this business, as the assistant. */
  run<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
}

export interface TestBusinessOptions {
  staff?: number;
  customers?: number;
  rules?: Partial<typeof calendarRules.$inferInsert>;
  fromMinute?: number;
  toMinute?: number;
}

/** Open every day 09:00-17:00 unless told otherwise. */
export async function testBusiness(db: Database, options: TestBusinessOptions = {}): Promise<TestBusiness> {
  const businessId = newId<BusinessId>();
  const resourceIds = Array.from({ length: options.staff ?? 1 }, () => newId());
  const customerIds = Array.from({ length: options.customers ?? 2 }, () => newId<CustomerId>());
  await withSystem(db, async (tx) => {
    await tx
      .insert(businesses)
      .values({ id: businessId, name: "מספרת דנה", timezone: "Asia/Jerusalem", city: "Tel Aviv" });
    await tx.insert(businessSettings).values({ businessId, assistantName: "נועה" });
    await seedLeadStatuses({ tx, businessId });
    await tx
      .insert(resources)
      .values(resourceIds.map((id, position) => ({ id, businessId, name: `צוות ${position + 1}`, position })));
    await tx.insert(customers).values(customerIds.map((id, index) => ({ id, businessId, name: `לקוח ${index + 1}` })));
    await tx.insert(calendarRules).values({ businessId, ...options.rules });
    await tx.insert(workingHours).values(
      [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
        id: newId(),
        businessId,
        weekday,
        fromMinute: options.fromMinute ?? 540,
        toMinute: options.toMinute ?? 1_020,
      })),
    );
  });
  return {
    businessId,
    resourceIds,
    customerIds,
    run: (work) => withTenant(db, businessId, (tx) => work({ businessId, actor: { kind: "assistant" }, tx })),
  };
}
