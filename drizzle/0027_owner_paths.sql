CREATE TABLE "owner_paths" (
	"business_id" uuid PRIMARY KEY NOT NULL,
	"whatsapp" text,
	"mail" text,
	"urgent_only" boolean DEFAULT true NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "owner_tellings" (
	"business_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"path" text NOT NULL,
	"outcome" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "owner_tellings_business_id_line_id_path_pk" PRIMARY KEY("business_id","line_id","path")
);
--> statement-breakpoint
ALTER TABLE "owner_paths" ADD CONSTRAINT "owner_paths_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "owner_tellings" ADD CONSTRAINT "owner_tellings_business_id_businesses_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "owner_tellings_recent" ON "owner_tellings" USING btree ("business_id","path","at");