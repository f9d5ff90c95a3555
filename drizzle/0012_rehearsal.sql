CREATE TABLE "prompt_drafts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"body" text NOT NULL,
	"published_version" integer,
	"author_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompt_drafts_tenant" UNIQUE("business_id","id"),
	CONSTRAINT "prompt_drafts_channel" CHECK ("prompt_drafts"."channel" in ('call', 'whatsapp'))
);
--> statement-breakpoint
CREATE TABLE "rehearsal_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"draft_id" uuid NOT NULL,
	"scenario_id" uuid,
	"scenario_name" text NOT NULL,
	"lines" text[] NOT NULL,
	"checks" jsonb NOT NULL,
	"body_hash" text NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"transcript" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"met" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "rehearsal_runs_tenant" UNIQUE("business_id","id"),
	CONSTRAINT "rehearsal_runs_status" CHECK ("rehearsal_runs"."status" in ('waiting', 'passed', 'failed', 'error'))
);
--> statement-breakpoint
CREATE TABLE "rehearsal_scenarios" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"name" text NOT NULL,
	"lines" text[] NOT NULL,
	"checks" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rehearsal_scenarios_tenant" UNIQUE("business_id","id")
);
--> statement-breakpoint
ALTER TABLE "businesses" DROP CONSTRAINT "businesses_status";--> statement-breakpoint
ALTER TABLE "prompt_drafts" ADD CONSTRAINT "prompt_drafts_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rehearsal_runs" ADD CONSTRAINT "rehearsal_runs_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rehearsal_runs" ADD CONSTRAINT "rehearsal_runs_draft_fk" FOREIGN KEY ("business_id","draft_id") REFERENCES "public"."prompt_drafts"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rehearsal_scenarios" ADD CONSTRAINT "rehearsal_scenarios_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "prompt_drafts_version" ON "prompt_drafts" USING btree ("business_id","channel","published_version");--> statement-breakpoint
CREATE INDEX "rehearsal_runs_draft" ON "rehearsal_runs" USING btree ("business_id","draft_id","created_at");--> statement-breakpoint
ALTER TABLE "businesses" ADD CONSTRAINT "businesses_status" CHECK ("businesses"."status" in ('active', 'suspended', 'scratch'));