-- Two meetings or live holds never share a moment of one resource, buffers included (C8). A cancelled one frees its time.
CREATE EXTENSION IF NOT EXISTS btree_gist;
--> statement-breakpoint
ALTER TABLE "meetings" ADD CONSTRAINT "meetings_no_overlap"
  EXCLUDE USING gist ("resource_id" WITH =, tstzrange("busy_from", "busy_to") WITH &&)
  WHERE ("status" <> 'cancelled');
