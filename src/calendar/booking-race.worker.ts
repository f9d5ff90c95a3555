import type { BusinessId, CustomerId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { DatabaseAddress } from "../db/address.ts";
import { openDatabase } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { bookSlot } from "./book.ts";
import { createRestCalendars } from "./rest.ts";
import type { FreeSlot } from "./rules.ts";

/** One of the processes of booking-race.test.ts: every customer tries for every slot, all at once. */
export interface RaceInput {
  address: DatabaseAddress;
  businessId: BusinessId;
  customerIds: CustomerId[];
  slots: FreeSlot[];
  now: string;
}

const input = JSON.parse(await Bun.stdin.text()) as RaceInput;
const db = openDatabase({ address: input.address, log: silentLog });
const restCalendars = createRestCalendars();
const now = Temporal.Instant.from(input.now);
let booked = 0;
let taken = 0;
for (const slot of input.slots) {
  const outcomes = await Promise.all(
    input.customerIds.map((customerId) =>
      withTenant(db, input.businessId, (tx) =>
        bookSlot(
          { businessId: input.businessId, actor: { kind: "assistant" }, tx },
          { slot, customerId, source: "call", now, restCalendars },
        ),
      ),
    ),
  );
  for (const outcome of outcomes) outcome.kind === "booked" ? booked++ : taken++;
}
await db.close();
process.stdout.write(JSON.stringify({ booked, taken }));
