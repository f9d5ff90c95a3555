CREATE TABLE "customer_terms" (
	"business_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"term" text collate "C" NOT NULL,
	CONSTRAINT "customer_terms_customer_id_term_pk" PRIMARY KEY("customer_id","term")
);
--> statement-breakpoint
DROP INDEX "tasks_open";--> statement-breakpoint
DROP INDEX "leads_recent";--> statement-breakpoint
DROP INDEX "leads_status";--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "named_by" text;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "assignee_user_id" uuid;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "archived_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "active_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "notes" ADD COLUMN "edited_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "customer_terms" ADD CONSTRAINT "customer_terms_customer_fk" FOREIGN KEY ("business_id","customer_id") REFERENCES "public"."customers"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "customer_terms_term" ON "customer_terms" USING btree ("business_id","term","customer_id");--> statement-breakpoint
CREATE INDEX "leads_active" ON "leads" USING btree ("business_id","active_at","id") WHERE "leads"."archived_at" is null;--> statement-breakpoint
CREATE INDEX "leads_archived" ON "leads" USING btree ("business_id","created_at","id") WHERE "leads"."archived_at" is not null;--> statement-breakpoint
CREATE INDEX "tasks_due" ON "tasks" USING btree ("business_id",coalesce("due_at", '9999-12-31 00:00:00+00'::timestamptz),"id") WHERE "tasks"."status" = 'open';--> statement-breakpoint
CREATE INDEX "tasks_done" ON "tasks" USING btree ("business_id","done_at","id") WHERE "tasks"."status" = 'done';--> statement-breakpoint
CREATE INDEX "tasks_recent" ON "tasks" USING btree ("business_id","created_at","id");--> statement-breakpoint
CREATE INDEX "leads_recent" ON "leads" USING btree ("business_id","created_at","id") WHERE "leads"."archived_at" is null;--> statement-breakpoint
CREATE INDEX "leads_status" ON "leads" USING btree ("business_id","status","created_at","id") WHERE "leads"."archived_at" is null;
--> statement-breakpoint
-- Words as people type and search them: lower case, without niqqud, quotes and geresh; a final letter is its letter
-- ("רון" finds "רונית").
CREATE FUNCTION search_words(said text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  select left(word, 40) from regexp_split_to_table(
    translate(regexp_replace(lower(said), '[\u0591-\u05bd\u05bf\u05c1-\u05c7''"`´׳״‘’“”]', '', 'g'), 'ךםןףץ', 'כמנפצ'),
    '[\s\u00a0\u2000-\u200f\u2028-\u202f!#-&(-/:-@\[-_{-~־–—…|]+') as word
  where word <> ''
$$;--> statement-breakpoint
-- A number is found by its beginning, with and without the country, and by any of its last digits (stored backwards).
CREATE FUNCTION search_phone(phone text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  select term from (select regexp_replace(phone, '[^0-9]', '', 'g') as digits) as number,
    lateral (values (digits), ('~' || reverse(digits)),
      (case when digits like '972%' then '0' || substr(digits, 4) end)) as terms(term)
  where term is not null and digits <> ''
$$;--> statement-breakpoint
CREATE FUNCTION refresh_customer_terms(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
begin
  with fresh as (
    select c.business_id, c.id as customer_id, found.term from customers c, lateral (
      select term from (
        select search_words(c.name) as term
        union select search_phone(i.value) from customer_identities i
          where i.business_id = c.business_id and i.customer_id = c.id and i.kind = 'phone'
        union select left(lower(i.value), 64) from customer_identities i
          where i.business_id = c.business_id and i.customer_id = c.id and i.kind <> 'phone'
        union select search_words(n.words) from (
          select left(string_agg(left(body, 1000), ' ' order by created_at desc), 8000) as words
          from notes where business_id = c.business_id and customer_id = c.id) n
      ) as every_term limit 500) as found
    where c.id = any(ids)
  ), gone as (
    delete from customer_terms t where t.customer_id = any(ids) and not exists (
      select from fresh f where f.customer_id = t.customer_id and f.term = t.term)
  )
  insert into customer_terms (business_id, customer_id, term)
  select business_id, customer_id, term from fresh order by customer_id, term on conflict do nothing;
end $$;--> statement-breakpoint
-- The same statement-level trigger for the three tables; `was` exists in updates only, since a row may change its customer.
CREATE FUNCTION keep_customer_terms() RETURNS trigger LANGUAGE plpgsql AS $$
declare ids uuid[];
begin
  -- Whoever writes thousands of rows refreshes the terms once, at the end.
  if current_setting('app.terms', true) = 'later' then return null; end if;
  if tg_table_name = 'customers' and tg_op = 'INSERT' then
    ids := array(select id from changed where name is not null);
  elsif tg_table_name = 'customers' then
    ids := array(select changed.id from changed join was on was.id = changed.id where changed.name is distinct from was.name);
  elsif tg_op = 'UPDATE' then
    ids := array(select customer_id from changed union select customer_id from was);
  else
    ids := array(select distinct customer_id from changed);
  end if;
  if cardinality(ids) > 0 then perform refresh_customer_terms(ids); end if;
  return null;
end $$;--> statement-breakpoint
CREATE TRIGGER customers_terms_insert AFTER INSERT ON "customers" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_customer_terms();--> statement-breakpoint
CREATE TRIGGER customers_terms_update AFTER UPDATE ON "customers" REFERENCING OLD TABLE AS was NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_customer_terms();--> statement-breakpoint
CREATE TRIGGER customer_identities_terms_insert AFTER INSERT ON "customer_identities" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_customer_terms();--> statement-breakpoint
CREATE TRIGGER customer_identities_terms_update AFTER UPDATE ON "customer_identities" REFERENCING OLD TABLE AS was NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_customer_terms();--> statement-breakpoint
CREATE TRIGGER customer_identities_terms_delete AFTER DELETE ON "customer_identities" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_customer_terms();--> statement-breakpoint
CREATE TRIGGER notes_terms_insert AFTER INSERT ON "notes" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_customer_terms();--> statement-breakpoint
CREATE TRIGGER notes_terms_update AFTER UPDATE ON "notes" REFERENCING OLD TABLE AS was NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_customer_terms();--> statement-breakpoint
CREATE TRIGGER notes_terms_delete AFTER DELETE ON "notes" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_customer_terms();--> statement-breakpoint
-- Row security binds the tables' owner as well; here it has to see all businesses. Put back below.
ALTER TABLE "customers" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "customer_identities" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "notes" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "leads" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "leads" SET "active_at" = "updated_at";--> statement-breakpoint
SELECT refresh_customer_terms(array(SELECT "id" FROM "customers"));--> statement-breakpoint
ALTER TABLE "leads" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "notes" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "customer_identities" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "customers" FORCE ROW LEVEL SECURITY;
