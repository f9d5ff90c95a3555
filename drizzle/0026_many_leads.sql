-- Who hears of single leads hears of many. Row security binds the table's owner as well, who has to see all businesses here.
ALTER TABLE "webhooks" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "webhooks" SET "events" = "events" || (CASE WHEN 'lead.created' = ANY ("events") THEN array['leads.created'] ELSE array[]::text[] END)
  || (CASE WHEN 'lead.changed' = ANY ("events") THEN array['leads.changed'] ELSE array[]::text[] END);--> statement-breakpoint
ALTER TABLE "webhooks" FORCE ROW LEVEL SECURITY;
