/**
 * How the isolation test asks each route for another business's things. `at` and `body` hold names in braces, which stand
 * for ids of the other business (testing/tenant-seed.ts). A new route needs a line here; one whose path holds none of
 * another's ids and that takes none is `own`: it is asked as it is, and nothing of the other business may show or change.
 */
export interface TenantCase {
  /** Path and query; default: the route's own. */
  at?: string;
  body?: unknown;
  /** Text that is no JSON, with its type. */
  raw?: { type: string; text: string };
  /** Asked by an administrator inside the first business; default: its owner. */
  as?: "admin";
}

const own: TenantCase = {};
const dates = "from=2026-01-01&to=2026-02-01";
/** A wall-clock start that any calendar still takes, days from now. */
export const startIn = (days: number): string => `${Temporal.Now.plainDateISO("UTC").add({ days })}T10:00`;
const start = { startsLocal: startIn(20) };

/**
 * Not asked with a good token: they change who is logged in (auth/auth.test.ts), answer without an end (notify/live.test.ts),
 * or wait for a worker of the own business (the tests of whatsapp). Their tokens and logins are tried like everybody's.
 */
export const askedElsewhere: readonly string[] = [
  "POST /api/auth/login",
  "POST /api/auth/logout",
  "POST /api/auth/logout-everywhere",
  "POST /api/auth/password",
  "POST /api/auth/confirm",
  "POST /api/auth/link/look",
  "POST /api/auth/link/accept",
  "POST /api/auth/impersonation",
  "DELETE /api/auth/impersonation",
  "GET /api/events",
  "POST /api/whatsapp/logout",
  "POST /api/whatsapp/pairing-code",
];

export const tenantCases: Readonly<Record<string, TenantCase>> = {
  "GET /api/auth/me": own,
  "GET /api/auth/csrf": own,
  "GET /api/auth/confirm": own,
  "GET /api/openapi.json": own,
  "GET /api/docs": own,

  "GET /api/calendar/meetings": { at: `/api/calendar/meetings?${dates}&customerId={customer}` },
  "POST /api/calendar/meetings": { body: { ...start, topic: "x", customerId: "{customer}" } },
  "GET /api/calendar/meetings/:id": { at: "/api/calendar/meetings/{meeting}" },
  "GET /api/calendar/meetings/:id/news": { at: "/api/calendar/meetings/{meeting}/news" },
  "POST /api/calendar/meetings/:id/move": { at: "/api/calendar/meetings/{meeting}/move", body: start },
  "POST /api/calendar/meetings/:id/cancel": { at: "/api/calendar/meetings/{meeting}/cancel" },
  "POST /api/calendar/meetings/:id/outcome": {
    at: "/api/calendar/meetings/{meeting}/outcome",
    body: { outcome: "completed" },
  },
  "POST /api/calendar/blocks": { body: { ...start, minutes: 30, resourceId: "{resource}" } },
  "GET /api/calendar/days": { at: `/api/calendar/days?${dates}` },
  "GET /api/calendar/free": { at: `/api/calendar/free?${dates}&resourceId={resource}&meetingId={meeting}` },
  "GET /api/calendar/feed": own,
  "POST /api/calendar/feed/renew": own,
  "GET /api/calendar/feed/:file": {
    at: "/api/calendar/feed/{business}.ics?token=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  },

  "GET /api/calls": { at: "/api/calls?customerId={customer}" },
  "GET /api/calls/live": own,
  "GET /api/calls/:id": { at: "/api/calls/{call}" },
  "GET /api/calls/:id/trace": { at: "/api/calls/{call}/trace" },
  "GET /api/calls/:id/recordings/:recording": { at: "/api/calls/{call}/recordings/{recording}" },
  "GET /api/calls/:id/recordings/:recording/peaks": { at: "/api/calls/{call}/recordings/{recording}/peaks" },
  "POST /api/test-call": own,

  "GET /api/leads": { at: "/api/leads?customerId={customer}&assigneeUserId={user}" },
  "POST /api/leads": { body: { name: "x", phone: "0501230000", assigneeUserId: "{user}" } },
  "GET /api/leads/counts": { at: "/api/leads/counts?customerId={customer}" },
  "GET /api/leads/export.csv": { at: "/api/leads/export.csv?customerId={customer}" },
  "POST /api/leads/import": { raw: { type: "text/csv", text: "שם,טלפון\nדנה,0501230001\n" } },
  "POST /api/leads/change": { body: { ids: ["{lead}"], change: { status: "new", assigneeUserId: null } } },
  "GET /api/leads/:id": { at: "/api/leads/{lead}" },
  "PATCH /api/leads/:id": { at: "/api/leads/{lead}", body: { name: "x" } },
  "DELETE /api/leads/:id": { at: "/api/leads/{lead}" },
  "POST /api/leads/:id/restore": { at: "/api/leads/{lead}/restore" },
  "GET /api/lead-statuses": own,
  "POST /api/lead-statuses": { body: { label: "x" } },
  "PUT /api/lead-statuses/order": { body: { keys: ["{status}"] } },
  "PATCH /api/lead-statuses/:key": { at: "/api/lead-statuses/{status}", body: { label: "x" } },
  "DELETE /api/lead-statuses/:key": { at: "/api/lead-statuses/{status}?moveTo=new" },

  "GET /api/customers/:id": { at: "/api/customers/{customer}" },
  "PATCH /api/customers/:id": { at: "/api/customers/{customer}", body: { name: "x" } },
  "GET /api/customers/:id/timeline": { at: "/api/customers/{customer}/timeline" },
  "POST /api/customers/:id/identities": {
    at: "/api/customers/{customer}/identities",
    body: { kind: "phone", value: "0501230002" },
  },
  "DELETE /api/customers/:id/identities/:identityId": { at: "/api/customers/{customer}/identities/{identity}" },
  "GET /api/customers/:id/merge/:otherId": { at: "/api/customers/{customer}/merge/{other}" },
  "POST /api/customers/:id/merge": { at: "/api/customers/{customer}/merge", body: { mergedId: "{other}", proof: "x" } },
  "POST /api/customers/:id/merges/:mergeId/undo": { at: "/api/customers/{customer}/merges/{merge}/undo" },
  "POST /api/customers/:id/notes": { at: "/api/customers/{customer}/notes", body: { body: "x" } },
  "PATCH /api/customers/:id/notes/:noteId": { at: "/api/customers/{customer}/notes/{note}", body: { body: "x" } },
  "DELETE /api/customers/:id/notes/:noteId": { at: "/api/customers/{customer}/notes/{note}" },
  "GET /api/customers/:id/export": { at: "/api/customers/{customer}/export" },
  "POST /api/customers/:id/erase": { at: "/api/customers/{customer}/erase" },
  "GET /api/erasures": own,

  "GET /api/tasks": { at: "/api/tasks?customerId={customer}&assigneeUserId={user}" },
  "POST /api/tasks": { body: { title: "x", customerId: "{customer}" } },
  "GET /api/tasks/:id": { at: "/api/tasks/{task}" },
  "PATCH /api/tasks/:id": { at: "/api/tasks/{task}", body: { title: "x" } },
  "POST /api/tasks/:id/complete": { at: "/api/tasks/{task}/complete" },
  "POST /api/tasks/:id/reopen": { at: "/api/tasks/{task}/reopen" },
  "GET /api/search": { at: "/api/search?q={marker}" },

  "GET /api/notifications": own,
  "POST /api/notifications/read": own,
  "GET /api/notifications/owner": own,
  "PATCH /api/notifications/owner": { body: { urgentOnly: true } },
  "POST /api/notifications/owner/test": { body: { path: "mail" } },
  "POST /api/notifications/:id/read": { at: "/api/notifications/{notification}/read" },

  "GET /api/push": own,
  "POST /api/push/devices": {
    body: {
      endpoint: "https://push.example.com/x",
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg",
      language: "he",
    },
  },
  "POST /api/push/devices/remove": { body: { endpoint: "https://push.example.com/x" } },
  "POST /api/push/test": own,

  "GET /api/rehearsal/scenarios": own,
  "POST /api/rehearsal/scenarios": { body: { name: "x", lines: ["x"], checks: [] } },
  "POST /api/rehearsal/scenarios/examples": own,
  "PUT /api/rehearsal/scenarios/:id": {
    at: "/api/rehearsal/scenarios/{scenario}",
    body: { name: "x", lines: ["x"], checks: [] },
  },
  "DELETE /api/rehearsal/scenarios/:id": { at: "/api/rehearsal/scenarios/{scenario}" },
  "GET /api/rehearsal/drafts": own,
  "POST /api/rehearsal/drafts": { body: { channel: "call", body: "x" } },
  "PUT /api/rehearsal/drafts/:id": { at: "/api/rehearsal/drafts/{draft}", body: { channel: "call", body: "x" } },
  "POST /api/rehearsal/drafts/:id/publish": { at: "/api/rehearsal/drafts/{draft}/publish" },
  "GET /api/rehearsal/drafts/:id/runs": { at: "/api/rehearsal/drafts/{draft}/runs" },
  "POST /api/rehearsal/drafts/:id/runs": {
    at: "/api/rehearsal/drafts/{draft}/runs",
    body: { scenarioIds: ["{scenario}"] },
  },

  "GET /api/business": own,
  "PATCH /api/business": { body: { city: "x" } },
  "GET /api/numbers": own,
  "POST /api/numbers": { body: { phone: "{phone}" } },
  "DELETE /api/numbers/:phone": { at: "/api/numbers/{phone}" },
  "GET /api/numbers/:phone/check": { at: "/api/numbers/{phone}/check" },
  "POST /api/numbers/:phone/connect": { at: "/api/numbers/{phone}/connect" },
  "GET /api/settings": own,
  "PATCH /api/settings": { body: { assistantName: "x" } },
  "POST /api/settings/transfer-check": own,
  "POST /api/settings/transfer-check/code": { body: { code: "000000" } },
  "POST /api/settings/preview": { body: { kind: "greeting", text: "שלום" } },
  "GET /api/hours": own,
  "PUT /api/hours/week": { body: { resourceId: "{resource}", windows: [] } },
  "PUT /api/hours/days/:date": { at: "/api/hours/days/2030-01-07", body: { windows: [], resourceId: "{resource}" } },
  "DELETE /api/hours/days/:date": { at: "/api/hours/days/2030-01-07?resourceId={resource}" },
  "PATCH /api/hours/rules": { body: { meetingMinutes: 30 } },
  "GET /api/resources": own,
  "POST /api/resources": { body: { name: "x" } },
  "PATCH /api/resources/:id": { at: "/api/resources/{resource}", body: { name: "x" } },
  "DELETE /api/resources/:id": { at: "/api/resources/{resource}" },
  "GET /api/prompts/:channel": { at: "/api/prompts/call" },
  "PUT /api/prompts/:channel": { at: "/api/prompts/call", body: { body: "x" } },
  "GET /api/prompts/:channel/versions": { at: "/api/prompts/call/versions" },
  "GET /api/prompts/:channel/versions/:version": { at: "/api/prompts/call/versions/1" },
  "GET /api/prompts/:channel/diff": { at: "/api/prompts/call/diff?from=1&to=1" },
  "POST /api/prompts/:channel/rollback": { at: "/api/prompts/call/rollback", body: { version: 1 } },
  "GET /api/knowledge": own,
  "POST /api/knowledge": { body: { subject: "x", body: "x" } },
  "PUT /api/knowledge/:id": { at: "/api/knowledge/{knowledge}", body: { subject: "x", body: "x" } },
  "DELETE /api/knowledge/:id": { at: "/api/knowledge/{knowledge}" },
  "POST /api/knowledge/:id/publish": { at: "/api/knowledge/{knowledge}/publish" },
  "GET /api/questions": own,
  "POST /api/questions/:id/answer": { at: "/api/questions/{question}/answer", body: { body: "x" } },
  "POST /api/questions/:id/dismiss": { at: "/api/questions/{question}/dismiss" },
  "GET /api/audit": { at: "/api/audit?userId={user}" },

  "GET /api/team": own,
  "GET /api/team/names": own,
  "POST /api/team": { body: { email: "{email}", name: "x", role: "agent" } },
  "POST /api/team/:id/link": { at: "/api/team/{user}/link" },
  "PATCH /api/team/:id": { at: "/api/team/{user}", body: { name: "x" } },
  "DELETE /api/team/:id": { at: "/api/team/{user}" },
  "GET /api/usage": { at: `/api/usage?${dates}` },
  "GET /api/usage/compared": { at: `/api/usage/compared?${dates}` },
  "GET /api/keys": own,
  "POST /api/keys": { body: { name: "x", scope: "read" } },
  "DELETE /api/keys/:id": { at: "/api/keys/{key}" },
  "GET /api/webhooks": own,
  "POST /api/webhooks": { body: { url: "https://hook.example.com/x", events: ["lead.created"] } },
  "GET /api/webhooks/:id/deliveries": { at: "/api/webhooks/{webhook}/deliveries" },
  "POST /api/webhooks/:id/test": { at: "/api/webhooks/{webhook}/test" },
  "PATCH /api/webhooks/:id": { at: "/api/webhooks/{webhook}", body: { active: false } },
  "DELETE /api/webhooks/:id": { at: "/api/webhooks/{webhook}" },
  "POST /api/webhooks/:id/secret": { at: "/api/webhooks/{webhook}/secret" },

  "GET /api/admin/businesses": own,
  "POST /api/admin/businesses": {
    body: { name: "x", phone: "0501230003", owner: { email: "new@example.com", name: "x" } },
  },
  "POST /api/admin/businesses/:id/status": {
    at: "/api/admin/businesses/{business}/status",
    body: { status: "suspended" },
  },
  "GET /api/admin/usage": { at: `/api/admin/usage?${dates}` },
  "GET /api/admin/audit": own,
  "GET /api/admin/health": own,

  "GET /api/whatsapp/status": own,
  "GET /api/whatsapp/qr": own,
  "POST /api/whatsapp/connect": own,
  "POST /api/whatsapp/disconnect": own,
  "GET /api/whatsapp/sending-status": own,
  "GET /api/whatsapp/settings": own,
  "PATCH /api/whatsapp/settings": { body: { lateHours: 5 } },
  "GET /api/whatsapp/conversations": { at: "/api/whatsapp/conversations?q={marker}" },
  "GET /api/whatsapp/conversations/:id": { at: "/api/whatsapp/conversations/{conversation}" },
  "GET /api/whatsapp/conversations/:id/messages": { at: "/api/whatsapp/conversations/{conversation}/messages" },
  "GET /api/whatsapp/media/:id": { at: "/api/whatsapp/media/{message}" },
  "POST /api/whatsapp/conversations/:id/take-over": {
    at: "/api/whatsapp/conversations/{conversation}/take-over",
    body: { minutes: 5 },
  },
  "POST /api/whatsapp/conversations/:id/hand-back": { at: "/api/whatsapp/conversations/{conversation}/hand-back" },
  "POST /api/whatsapp/conversations/:id/read": { at: "/api/whatsapp/conversations/{conversation}/read" },
  "POST /api/whatsapp/send": { body: { conversationId: "{conversation}", text: "x" } },
  "POST /api/whatsapp/send-template": {
    body: { conversationId: "{conversation}", templateId: "HX00000000000000000000000000000000" },
  },
  "POST /api/whatsapp/send-media": {
    at: "/api/whatsapp/send-media?conversationId={conversation}",
    raw: { type: "image/png", text: "\u0089PNG\r\n\u001a\nx" },
  },
};
