ALTER TABLE "webhook_deliveries" DROP CONSTRAINT "webhook_deliveries_status";--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_status" CHECK ("webhook_deliveries"."status" in ('pending', 'delivered', 'failed', 'skipped'));--> statement-breakpoint
-- What was left waiting for an address that is off. Row security binds the tables' owner as well, who has to see all businesses here.
ALTER TABLE "webhook_deliveries" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "webhooks" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "webhook_deliveries" d SET "status" = 'skipped', "next_at" = null FROM "webhooks" w
  WHERE w."business_id" = d."business_id" AND w."id" = d."webhook_id" AND NOT w."active" AND d."status" = 'pending';--> statement-breakpoint
ALTER TABLE "webhooks" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" FORCE ROW LEVEL SECURITY;
