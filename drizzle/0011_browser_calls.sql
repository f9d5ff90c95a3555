ALTER TABLE "calls" ALTER COLUMN "to_phone" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "origin" text DEFAULT 'phone' NOT NULL;--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_origin" CHECK ("calls"."origin" in ('phone', 'browser'));