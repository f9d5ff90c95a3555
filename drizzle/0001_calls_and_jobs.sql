CREATE TABLE "call_events" (
	"business_id" uuid NOT NULL,
	"call_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"at_ms" integer NOT NULL,
	"kind" text NOT NULL,
	"detail" jsonb NOT NULL,
	CONSTRAINT "call_events_call_id_seq_pk" PRIMARY KEY("call_id","seq")
);
--> statement-breakpoint
CREATE TABLE "call_turns" (
	"business_id" uuid NOT NULL,
	"call_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"role" text NOT NULL,
	"text" text NOT NULL,
	"start_ms" integer NOT NULL,
	"end_ms" integer NOT NULL,
	"interrupted" boolean NOT NULL,
	CONSTRAINT "call_turns_call_id_seq_pk" PRIMARY KEY("call_id","seq")
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"call_sid" text NOT NULL,
	"from_phone" text,
	"to_phone" text NOT NULL,
	"forwarded_from" text,
	"customer_id" uuid,
	"status" text DEFAULT 'ringing' NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"duration_ms" integer,
	"billed_seconds" integer,
	"end_reason" text,
	"summary" text,
	"cost_agorot" integer,
	"trace" "bytea",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "calls_tenant" UNIQUE("business_id","id"),
	CONSTRAINT "calls_sid" UNIQUE("call_sid"),
	CONSTRAINT "calls_status" CHECK ("calls"."status" in ('queued', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled'))
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid,
	"queue" text NOT NULL,
	"lane" text,
	"dedupe" text,
	"payload" jsonb NOT NULL,
	"run_at" timestamp with time zone NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer NOT NULL,
	"state" text DEFAULT 'ready' NOT NULL,
	"owner" text,
	"lease_until" timestamp with time zone,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "jobs_state" CHECK ("jobs"."state" in ('ready', 'busy', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "recordings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"call_id" uuid NOT NULL,
	"origin" text NOT NULL,
	"provider_sid" text,
	"status" text NOT NULL,
	"file" text,
	"bytes" integer,
	"duration_ms" integer,
	"peaks" "bytea",
	"transcript" text,
	"delete_after" timestamp with time zone NOT NULL,
	"deleted_at" timestamp with time zone,
	"provider_deleted_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recordings_tenant" UNIQUE("business_id","id"),
	CONSTRAINT "recordings_provider" UNIQUE("provider_sid"),
	CONSTRAINT "recordings_status" CHECK ("recordings"."status" in ('pending', 'stored', 'failed', 'deleted'))
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"customer_id" uuid,
	"call_id" uuid,
	"title" text NOT NULL,
	"detail" text,
	"status" text DEFAULT 'open' NOT NULL,
	"due_at" timestamp with time zone,
	"source_key" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tasks_tenant" UNIQUE("business_id","id"),
	CONSTRAINT "tasks_source" UNIQUE("business_id","source_key"),
	CONSTRAINT "tasks_status" CHECK ("tasks"."status" in ('open', 'done'))
);
--> statement-breakpoint
CREATE TABLE "usage" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"call_id" uuid,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"model" text NOT NULL,
	"text_input_tokens" integer DEFAULT 0 NOT NULL,
	"audio_input_tokens" integer DEFAULT 0 NOT NULL,
	"cached_text_tokens" integer DEFAULT 0 NOT NULL,
	"cached_audio_tokens" integer DEFAULT 0 NOT NULL,
	"text_output_tokens" integer DEFAULT 0 NOT NULL,
	"audio_output_tokens" integer DEFAULT 0 NOT NULL,
	"seconds" double precision DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_key" UNIQUE("business_id","key")
);
--> statement-breakpoint
ALTER TABLE "call_events" ADD CONSTRAINT "call_events_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_events" ADD CONSTRAINT "call_events_call_fk" FOREIGN KEY ("business_id","call_id") REFERENCES "public"."calls"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_turns" ADD CONSTRAINT "call_turns_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_turns" ADD CONSTRAINT "call_turns_call_fk" FOREIGN KEY ("business_id","call_id") REFERENCES "public"."calls"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_customer_fk" FOREIGN KEY ("business_id","customer_id") REFERENCES "public"."customers"("business_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_call_fk" FOREIGN KEY ("business_id","call_id") REFERENCES "public"."calls"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_customer_fk" FOREIGN KEY ("business_id","customer_id") REFERENCES "public"."customers"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_call_fk" FOREIGN KEY ("business_id","call_id") REFERENCES "public"."calls"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage" ADD CONSTRAINT "usage_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage" ADD CONSTRAINT "usage_call_fk" FOREIGN KEY ("business_id","call_id") REFERENCES "public"."calls"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "calls_recent" ON "calls" USING btree ("business_id","started_at","id");--> statement-breakpoint
CREATE INDEX "calls_customer" ON "calls" USING btree ("business_id","customer_id","started_at");--> statement-breakpoint
CREATE INDEX "calls_open" ON "calls" USING btree ("started_at") WHERE "calls"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "jobs_ready" ON "jobs" USING btree ("run_at","id") WHERE "jobs"."state" = 'ready';--> statement-breakpoint
CREATE INDEX "jobs_busy" ON "jobs" USING btree ("lease_until") WHERE "jobs"."state" = 'busy';--> statement-breakpoint
CREATE INDEX "jobs_lane" ON "jobs" USING btree ("queue","lane","id") WHERE "jobs"."lane" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_dedupe" ON "jobs" USING btree ("queue","dedupe") WHERE "jobs"."state" <> 'dead';--> statement-breakpoint
CREATE INDEX "recordings_call" ON "recordings" USING btree ("business_id","call_id");--> statement-breakpoint
CREATE INDEX "recordings_due" ON "recordings" USING btree ("delete_after") WHERE "recordings"."status" <> 'deleted';--> statement-breakpoint
CREATE INDEX "tasks_open" ON "tasks" USING btree ("business_id","status","due_at");--> statement-breakpoint
CREATE INDEX "usage_recent" ON "usage" USING btree ("business_id","created_at");--> statement-breakpoint
CREATE INDEX "usage_call" ON "usage" USING btree ("business_id","call_id");