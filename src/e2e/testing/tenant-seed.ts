import type { Browser } from "../../app/testing/browser.ts";
import { addPerson, password } from "../../app/testing/people.ts";
import { type BusinessId, type CallId, type CallSid, type CustomerId, newId } from "../../base/ids.ts";
import { openConversation } from "../../crm/conversations/open-conversation.ts";
import type { Database } from "../../db/client.ts";
import { calls } from "../../db/schema/call.ts";
import { customerIdentities } from "../../db/schema/customer.ts";
import { unansweredQuestions } from "../../db/schema/knowledge.ts";
import { messages } from "../../db/schema/message.ts";
import { recordings } from "../../db/schema/recording.ts";
import { withTenant } from "../../db/tenant.ts";
import { notify } from "../../notify/create.ts";
import { addBusiness } from "../../tenants/business.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { startIn } from "./tenant-cases.ts";

/** Ids and texts of one business, by the names that testing/tenant-cases.ts uses. */
export type Seeded = Readonly<Record<string, string>>;

let businesses = 0;

/** A business with one of everything, made as its owner makes it; every text holds `marker`. */
export async function seedTenant(
  db: Database,
  marker: string,
  open: () => Browser,
): Promise<{ ids: Seeded; owner: Browser; businessId: BusinessId }> {
  const number = ++businesses;
  const phone = `+97235550${100 + number}`;
  const businessId = await addBusiness(db, { name: `${marker} business`, phone: phone as never, greeting: marker });
  const person = await addPerson(db, "owner", businessId);
  const owner = open();
  await owner.login(person.email, password);
  const make = async (path: string, body: unknown, method = "POST"): Promise<Record<string, unknown>> => {
    const answer = await owner.ask<Record<string, unknown>>(path, { body, method });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const idOf = async (path: string, body: unknown, method?: string) => String((await make(path, body, method)).id);
  const lead = async (last: number) =>
    (await make("/api/leads", { name: `${marker} ${last}`, phone: `05${number}555550${last}`, note: marker }))
      .lead as Lead;
  const [first, second, third, fourth] = [await lead(1), await lead(2), await lead(3), await lead(4)];
  const customer = first.customerId;
  const merge = await make(`/api/customers/${third.customerId}/merge`, { mergedId: fourth.customerId, proof: marker });
  const agent = await addPerson(db, "agent", businessId);
  const resource = await idOf("/api/resources", { name: marker });
  const meeting = { startsLocal: startIn(21), topic: marker, customerId: customer };
  const ids = {
    marker,
    business: businessId,
    phone,
    customer,
    other: second.customerId,
    lead: first.id,
    merge: String(merge.mergeId),
    user: agent.id,
    email: agent.email,
    resource,
    meeting: await idOf("/api/calendar/meetings", meeting),
    task: await idOf("/api/tasks", { title: marker, customerId: customer }),
    note: await idOf(`/api/customers/${customer}/notes`, { body: marker }),
    identity: await idOf(`/api/customers/${second.customerId}/identities`, { kind: "lid", value: `${marker}-lid` }),
    knowledge: await idOf("/api/knowledge", { subject: marker, body: marker }),
    scenario: await idOf("/api/rehearsal/scenarios", { name: marker, lines: [marker], checks: [] }),
    draft: await idOf("/api/rehearsal/drafts", { channel: "call", body: marker }),
    key: await idOf("/api/keys", { name: marker, scope: "read" }),
    webhook: await idOf("/api/webhooks", {
      url: `https://${marker.toLowerCase()}.example.com/`,
      events: ["lead.created"],
    }),
    status: `${marker.toLowerCase()}_status`,
  };
  await make("/api/lead-statuses", { key: ids.status, label: marker });
  await make("/api/prompts/call", { body: `${marker} prompt`, basedOn: 0 }, "PUT").catch(() =>
    make("/api/prompts/call", { body: `${marker} prompt` }, "PUT"),
  );
  return { ids: { ...ids, ...(await seedTalk(db, businessId, customer, marker)) }, owner, businessId };
}

interface Lead {
  id: string;
  customerId: string;
}

/** What comes from the outside and not from staff: a call with its recording, a conversation, a question, a line behind the bell. */
function seedTalk(db: Database, businessId: BusinessId, customerId: string, marker: string): Promise<Seeded> {
  const ids = { call: newId<CallId>(), recording: newId(), message: newId(), question: newId(), notification: "" };
  const at = Temporal.Instant.from("2026-01-15T08:00:00Z");
  return withTenant(db, businessId, async (tx) => {
    const ctx: Ctx = { businessId, actor: { kind: "system" }, tx };
    const callSid = `CA${ids.call.replaceAll("-", "")}` as CallSid;
    const call = { id: ids.call, businessId, callSid, customerId: customerId as never, startedAt: at, summary: marker };
    await tx.insert(calls).values({ ...call, status: "completed", endedAt: at, durationMs: 1_000 });
    const recording = { id: ids.recording, businessId, callId: ids.call, origin: "stream", status: "stored" } as const;
    await tx.insert(recordings).values({ ...recording, file: "recordings/none.wav", bytes: 10, deleteAfter: at });
    const [identity] = await tx.select().from(customerIdentities).limit(1);
    const writer = identity?.customerId ?? (customerId as CustomerId);
    const identityId = identity?.id ?? null;
    const conversation = await openConversation(ctx, { customerId: writer, channel: "whatsapp", identityId });
    const said = {
      businessId,
      conversationId: conversation,
      customerId: writer,
      author: "customer",
      body: marker,
    } as const;
    await tx.insert(messages).values({ id: ids.message, ...said });
    await tx.insert(unansweredQuestions).values({ id: ids.question, businessId, question: marker });
    await notify(ctx, { kind: "task_created", title: marker, subject: `seed:${marker}` });
    const [line] = await tx.execute<{ id: string }>("select id from notifications limit 1" as never);
    return { ...ids, conversation, notification: line?.id ?? "" };
  });
}
