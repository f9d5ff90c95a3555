CREATE TABLE "message_media" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"file" text,
	"bytes" bigint,
	"mime_type" text,
	"claimed_type" text,
	"file_name" text,
	"seconds" integer,
	"ref" text,
	"stored_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_media_tenant" UNIQUE("business_id","id"),
	CONSTRAINT "message_media_message" UNIQUE("business_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "whatsapp_outages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"notified_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "whatsapp_sessions" (
	"business_id" uuid PRIMARY KEY NOT NULL,
	"wanted" boolean DEFAULT false NOT NULL,
	"status" jsonb,
	"linked_at" timestamp with time zone,
	"restricted_until" timestamp with time zone,
	"owner" text,
	"lease_until" timestamp with time zone,
	"command" jsonb,
	"outcome" jsonb,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "whatsapp_settings" (
	"business_id" uuid PRIMARY KEY NOT NULL,
	"provider" text,
	"twilio_number" text,
	"answers" boolean DEFAULT true NOT NULL,
	"marks_read" boolean DEFAULT true NOT NULL,
	"late_hours" integer DEFAULT 6 NOT NULL,
	"silence_minutes" integer DEFAULT 120 NOT NULL,
	"per_minute" integer DEFAULT 20 NOT NULL,
	"per_hour" integer DEFAULT 200 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "whatsapp_settings_twilio_number" UNIQUE("twilio_number"),
	CONSTRAINT "whatsapp_settings_bounds" CHECK ("whatsapp_settings"."late_hours" between 1 and 72 and "whatsapp_settings"."silence_minutes" between 1 and 10080
      and "whatsapp_settings"."per_minute" between 1 and 60 and "whatsapp_settings"."per_hour" between 1 and 1000)
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "last_inbound_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "unread" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "silent_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "silent_by" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "silent_by_name" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "opted_out_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "answer_due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "answer_lease_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "answer_tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "identity_id" uuid;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "kind" text DEFAULT 'text' NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "detail" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "quoted_id" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "author_name" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "awaits" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "handled" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "purpose" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "state" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "next_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "dedupe" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "sent_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "delivered_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "read_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "failed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "edited_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "message_media" ADD CONSTRAINT "message_media_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_media" ADD CONSTRAINT "message_media_message_fk" FOREIGN KEY ("business_id","message_id") REFERENCES "public"."messages"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "whatsapp_outages" ADD CONSTRAINT "whatsapp_outages_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "whatsapp_sessions" ADD CONSTRAINT "whatsapp_sessions_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "whatsapp_settings" ADD CONSTRAINT "whatsapp_settings_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "message_media_recent" ON "message_media" USING btree ("business_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "whatsapp_outages_open" ON "whatsapp_outages" USING btree ("business_id") WHERE "whatsapp_outages"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "whatsapp_outages_recent" ON "whatsapp_outages" USING btree ("business_id","started_at");--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_identity_fk" FOREIGN KEY ("business_id","identity_id") REFERENCES "public"."customer_identities"("business_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversations_recent" ON "conversations" USING btree ("business_id","channel","last_message_at","id");--> statement-breakpoint
CREATE INDEX "conversations_due" ON "conversations" USING btree ("answer_due_at") WHERE "conversations"."answer_due_at" is not null;--> statement-breakpoint
CREATE INDEX "messages_conversation" ON "messages" USING btree ("business_id","conversation_id","created_at","id");--> statement-breakpoint
CREATE INDEX "messages_recent" ON "messages" USING btree ("business_id","created_at");--> statement-breakpoint
CREATE INDEX "messages_awaiting" ON "messages" USING btree ("business_id","conversation_id","id") WHERE "messages"."awaits";--> statement-breakpoint
CREATE INDEX "messages_outbox" ON "messages" USING btree ("business_id","id") WHERE "messages"."state" in ('queued', 'sending');--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_dedupe" UNIQUE("business_id","dedupe");