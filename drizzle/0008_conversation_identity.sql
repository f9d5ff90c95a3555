ALTER TABLE "conversations" DROP CONSTRAINT "conversations_identity_id_customer_identities_id_fk";
--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_identity_fk" FOREIGN KEY ("business_id","identity_id") REFERENCES "public"."customer_identities"("business_id","id") ON DELETE no action ON UPDATE no action;