CREATE TABLE "lead_statuses" (
	"business_id" uuid NOT NULL,
	"key" text NOT NULL,
	"label" text NOT NULL,
	"hue" integer NOT NULL,
	"position" integer NOT NULL,
	"closed" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_statuses_business_id_key_pk" PRIMARY KEY("business_id","key"),
	CONSTRAINT "lead_statuses_key" CHECK (char_length("lead_statuses"."key") between 1 and 40),
	CONSTRAINT "lead_statuses_hue" CHECK ("lead_statuses"."hue" between 0 and 359)
);
--> statement-breakpoint
ALTER TABLE "calendar_rules" ADD COLUMN "feed_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "lead_statuses" ADD CONSTRAINT "lead_statuses_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- Row security binds the tables' owner as well; here it has to see all businesses. Put back below.
ALTER TABLE "businesses" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "leads" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "calendar_rules" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
INSERT INTO "calendar_rules" ("business_id") SELECT "id" FROM "businesses" ON CONFLICT DO NOTHING;--> statement-breakpoint
-- The words of src/tenants/lead-statuses.he.ts as they were at this version.
INSERT INTO "lead_statuses" ("business_id", "key", "label", "hue", "position", "closed")
SELECT b."id", s.* FROM "businesses" b CROSS JOIN (VALUES
	('new', 'חדש', 210, 1, false),
	('contacted', 'נוצר קשר', 180, 2, false),
	('in_progress', 'בטיפול', 45, 3, false),
	('meeting', 'נקבעה פגישה', 270, 4, false),
	('won', 'נסגר בהצלחה', 140, 5, true),
	('lost', 'לא רלוונטי', 0, 6, true)) AS s;--> statement-breakpoint
-- A status that somebody had made up stays, under its own name.
INSERT INTO "lead_statuses" ("business_id", "key", "label", "hue", "position")
SELECT DISTINCT l."business_id", l."status", l."status", 300, 7 FROM "leads" l ON CONFLICT DO NOTHING;--> statement-breakpoint
ALTER TABLE "calendar_rules" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "leads" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "businesses" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_status_fk" FOREIGN KEY ("business_id","status") REFERENCES "public"."lead_statuses"("business_id","key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "leads_status" ON "leads" USING btree ("business_id","status","created_at");