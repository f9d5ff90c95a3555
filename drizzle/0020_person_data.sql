CREATE TABLE "erasures" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"todo" jsonb NOT NULL,
	"counts" jsonb NOT NULL,
	"requested_by_name" text NOT NULL,
	"requested_by_user_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "business_settings" ADD COLUMN "message_months" integer;--> statement-breakpoint
ALTER TABLE "business_settings" ADD COLUMN "transcript_months" integer;--> statement-breakpoint
ALTER TABLE "business_settings" ADD COLUMN "audit_months" integer DEFAULT 24 NOT NULL;--> statement-breakpoint
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "erasures_recent" ON "erasures" USING btree ("business_id","created_at","id");--> statement-breakpoint
ALTER TABLE "business_settings" ADD CONSTRAINT "business_settings_months" CHECK ("business_settings"."message_months" between 1 and 120 and "business_settings"."transcript_months" between 1 and 120
        and "business_settings"."audit_months" between 24 and 120);