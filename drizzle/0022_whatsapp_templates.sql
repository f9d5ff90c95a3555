ALTER TABLE "whatsapp_settings" ADD COLUMN "reminder_template" text;--> statement-breakpoint
ALTER TABLE "whatsapp_settings" ADD COLUMN "confirmation_template" text;