import { type WebhookEvent, webhookEvents } from "../db/schema/webhook.ts";

const when: Record<WebhookEvent, string> = {
  "call.ended":
    "A call is over. `data` is the call with its turns, as `GET /api/calls/{id}` answers, without its events.",
  "lead.created": "Somebody became a lead. `data` is the lead.",
  "lead.changed": "A lead's status, assignee or place in the archive has changed. `data` is the lead.",
  "leads.created": "Leads came from a file. `data.items` holds up to 100 of them; a larger file is several events.",
  "leads.changed":
    "Leads went to another status together, because theirs was removed. `data.items` holds up to 100 of them, as `lead.changed`.",
  "meeting.booked": "A meeting was booked, by the assistant or by staff. `data` is the meeting.",
  "meeting.moved": "A meeting has another time. `data` is the meeting.",
  "meeting.cancelled": "A meeting was cancelled. `data` is the meeting.",
  "meeting.settled": "It was noted whether the customer came. `data` is the meeting.",
  "task.created": "There is something to do for staff. `data` is the task.",
  "message.received":
    "A customer wrote on WhatsApp. `data` is the message with its conversation, customer and number; files are fetched from `/api/whatsapp/media/{id}`.",
  "message.sent":
    "The network has a WhatsApp message of the business: an answer, staff's from the panel or from the handset, a reminder. Once per message; `data` as in `message.received`.",
};

const header = (name: string, description: string) => ({
  name,
  in: "header",
  required: true,
  description,
  schema: { type: "string" },
});

/** The `webhooks` part of the document: what is posted to the addresses that a business registers at `/api/webhooks`. */
export const describedWebhooks = Object.fromEntries(
  webhookEvents.map((event) => [
    event,
    {
      post: {
        summary: when[event],
        tags: ["webhooks"],
        parameters: [
          header("AgentLocator-Event", "The same as `type`."),
          header("AgentLocator-Delivery", "The same as `id`: a repeat has the same one."),
          header(
            "AgentLocator-Signature",
            "`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>` under the address's secret.",
          ),
        ],
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["id", "type", "createdAt", "businessId", "data"],
                properties: {
                  id: { type: "string", format: "uuid" },
                  type: { const: event },
                  createdAt: { type: "string", format: "date-time" },
                  businessId: { type: "string", format: "uuid" },
                  data: { type: "object" },
                },
              },
            },
          },
        },
        responses: { "2XX": { description: "Taken. Anything else is tried again for about a day." } },
      },
    },
  ]),
);
