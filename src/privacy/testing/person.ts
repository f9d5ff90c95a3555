import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { type CallSid, type CustomerId, newId } from "../../base/ids.ts";
import type { Phone } from "../../base/phone.ts";
import type { TestBusiness } from "../../calendar/testing/test-business.ts";
import { identifyCustomer } from "../../crm/customers/identify.ts";
import { saveLead } from "../../crm/leads/save-lead.ts";
import { addNote } from "../../crm/notes/add-note.ts";
import { createTask } from "../../crm/tasks/create-task.ts";
import { notify } from "../../notify/create.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/** Stands in every text that is kept of the person: where it is found, something of them is left. */
export const mark = "סימן";
export const phone = "+972501234567" as Phone;
export const callSid = `CA${"7".repeat(32)}` as CallSid;
export const messageSid = `SM${"e".repeat(32)}`;

export interface Person {
  customerId: CustomerId;
  recordingId: string;
  files: string[];
}

/** A customer with rows in every table that may hold any, and files on the disk. */
export async function makePerson(business: TestBusiness, storageDir: string): Promise<Person> {
  const files = ["recordings/one.wav", `whatsapp/business_${business.businessId}/two.ogg`];
  for (const file of files) {
    await mkdir(join(storageDir, file, ".."), { recursive: true });
    await Bun.write(join(storageDir, file), mark);
  }
  const { resourceIds } = business;
  return business.run(async (ctx) => {
    const { customerId, identityId } = await identifyCustomer(ctx, { kind: "phone", value: phone }, "call");
    await saveLead(ctx, { customerId, source: "call", name: `${mark} כהן` });
    await addNote(ctx, { customerId, body: mark });
    const callId = await makeCall(ctx, customerId, files[0]!);
    await createTask(ctx, { title: mark, customerId, dueAt: Temporal.Instant.from("2030-01-01T00:00Z") });
    await ctx.tx.execute(
      sql`insert into tasks (id, business_id, call_id, title) values (${newId()}, ${ctx.businessId}, ${callId}, ${mark})`,
    );
    await makeChat(ctx, customerId, identityId, files[1]!);
    await makeMeeting(ctx, customerId, resourceIds[0]!);
    await notify(ctx, { kind: "hand_over", title: mark, subject: `customer:${customerId}:2030-01-01` });
    await ctx.tx.execute(sql`insert into unanswered_questions (id, business_id, question, conversation_id)
      values (${newId()}, ${ctx.businessId}, ${mark}, ${callId})`);
    await ctx.tx.execute(sql`insert into pending_slots (business_id, conversation_id, pending, expires_at)
      values (${ctx.businessId}, ${callId}, ${JSON.stringify({ mark })}::jsonb, now())`);
    await ctx.tx.execute(sql`insert into customer_merges (id, business_id, kept_id, merged_id, record, proof, merged_by_name)
      values (${newId()}, ${ctx.businessId}, ${business.customerIds[0]}, ${customerId}, ${JSON.stringify({ name: mark })}::jsonb, ${mark}, 'x')`);
    const webhook = newId();
    await ctx.tx.execute(
      sql`insert into webhooks (id, business_id, url, events) values (${webhook}, ${ctx.businessId}, 'https://x.example', '{}')`,
    );
    await ctx.tx.execute(sql`insert into webhook_deliveries (id, business_id, webhook_id, event, source, payload)
      values (${newId()}, ${ctx.businessId}, ${webhook}, 'call.ended', ${newId()}, ${JSON.stringify({ data: { id: callId, mark } })}::jsonb)`);
    const [recording] = await ctx.tx.execute<{ id: string }>(sql`select id from recordings where call_id = ${callId}`);
    return { customerId, recordingId: recording!.id, files };
  });
}

async function makeCall({ tx, businessId }: Ctx, customerId: CustomerId, file: string): Promise<string> {
  const id = newId();
  await tx.execute(sql`insert into calls (id, business_id, call_sid, from_phone, customer_id, started_at, ended_at, summary, trace)
    values (${id}, ${businessId}, ${callSid}, ${phone}, ${customerId}, now() - interval '1 hour', now() - interval '50 minutes', ${mark}, 'x')`);
  await tx.execute(sql`insert into call_turns (business_id, call_id, seq, role, text, start_ms, end_ms, interrupted)
    values (${businessId}, ${id}, 0, 'caller', ${mark}, 0, 1, false), (${businessId}, ${id}, 1, 'assistant', ${mark}, 1, 2, false)`);
  await tx.execute(sql`insert into call_events (business_id, call_id, seq, at_ms, kind, detail)
    values (${businessId}, ${id}, 0, 0, 'tool', ${JSON.stringify({ mark })}::jsonb)`);
  await tx.execute(sql`insert into recordings (id, business_id, call_id, origin, status, file, peaks, delete_after)
    values (${newId()}, ${businessId}, ${id}, 'stream', 'stored', ${file}, 'x', now() + interval '1 day')`);
  await tx.execute(
    sql`insert into usage (id, business_id, call_id, key, kind, model) values (${newId()}, ${businessId}, ${id}, 'k', 'voice', 'm')`,
  );
  return id;
}

async function makeChat({ tx, businessId }: Ctx, customerId: CustomerId, identity: string | null, file: string) {
  const [conversation, message] = [newId(), newId()];
  await tx.execute(sql`insert into conversations (id, business_id, customer_id, channel, identity_id)
    values (${conversation}, ${businessId}, ${customerId}, 'whatsapp', ${identity}::uuid)`);
  await tx.execute(sql`insert into messages (id, business_id, conversation_id, customer_id, author, body, identity_id, provider_id)
    values (${message}, ${businessId}, ${conversation}, ${customerId}, 'customer', ${mark}, ${identity}::uuid, ${messageSid})`);
  await tx.execute(sql`insert into message_media (id, business_id, message_id, state, file, file_name)
    values (${newId()}, ${businessId}, ${message}, 'stored', ${file}, ${mark})`);
}

async function makeMeeting({ tx, businessId }: Ctx, customerId: CustomerId, resourceId: string): Promise<void> {
  const id = newId();
  await tx.execute(sql`insert into meetings (id, business_id, resource_id, customer_id, status, starts_at, ends_at, busy_from, busy_to, topic, source)
    select ${id}, ${businessId}, ${resourceId}, ${customerId}, 'booked', at, at + interval '1 hour', at, at + interval '1 hour', ${mark}, 'staff'
    from (select now() + interval '1 day' as at) as tomorrow`);
  await tx.execute(
    sql`insert into reminders (id, business_id, meeting_id, due_at) values (${newId()}, ${businessId}, ${id}, now())`,
  );
  await tx.execute(sql`insert into notifications (id, business_id, kind, title, subject)
    values (${newId()}, ${businessId}, 'meeting_booked', ${mark}, ${`meeting:${id}`})`);
}
