CREATE TABLE "call_terms" (
	"business_id" uuid NOT NULL,
	"call_id" uuid NOT NULL,
	"term" text collate "C" NOT NULL
);
--> statement-breakpoint
-- A word as it is said, and without one or two of the letters that Hebrew writes before it.
CREATE FUNCTION call_words(said text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  select distinct form from search_words(said) as word,
    lateral (values (word), (case when word ~ '^[והבכלמש].{3}' then substr(word, 2) end),
      (case when word ~ '^[ושמכ][הבכלמש].{3}' then substr(word, 3) end)) as forms(form)
  where length(form) > 1
$$;--> statement-breakpoint
CREATE FUNCTION refresh_call_terms(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
begin
  with fresh as (
    select c.business_id, c.id as call_id, found.term from calls c, lateral (
      select term from (
        select call_words(c.summary) as term
        -- A caller's number apart from numbers that were said.
        union select case when phone like '~%' then phone else '#' || phone end from search_phone(c.from_phone) as phone
        union select call_words(t.text) from call_turns t where t.call_id = c.id
      ) as every_term limit 3000) as found
    where c.id = any(ids)
  ), gone as (
    delete from call_terms t where t.call_id = any(ids) and not exists (
      select from fresh f where f.call_id = t.call_id and f.term = t.term)
  )
  insert into call_terms (business_id, call_id, term)
  select business_id, call_id, term from fresh order by call_id, term on conflict do nothing;
end $$;--> statement-breakpoint
-- Turns come while a call lasts: what is new is added, and only what changes or goes is worked out anew.
CREATE FUNCTION keep_call_terms() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if current_setting('app.terms', true) = 'later' then return null; end if;
  if tg_op = 'INSERT' then
    insert into call_terms (business_id, call_id, term)
    select distinct business_id, call_id, call_words(text) as term from changed order by call_id, term on conflict do nothing;
  else
    perform refresh_call_terms(array(select distinct call_id from changed));
  end if;
  return null;
end $$;--> statement-breakpoint
CREATE FUNCTION keep_terms_of_call() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if current_setting('app.terms', true) = 'later' then return null; end if;
  perform refresh_call_terms(array[new.id]);
  return null;
end $$;--> statement-breakpoint
CREATE TRIGGER call_turns_terms_insert AFTER INSERT ON "call_turns" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_call_terms();--> statement-breakpoint
CREATE TRIGGER call_turns_terms_update AFTER UPDATE ON "call_turns" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_call_terms();--> statement-breakpoint
CREATE TRIGGER call_turns_terms_delete AFTER DELETE ON "call_turns" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_call_terms();--> statement-breakpoint
CREATE TRIGGER calls_terms_insert AFTER INSERT ON "calls" FOR EACH ROW WHEN (coalesce(new.summary, new.from_phone) IS NOT NULL) EXECUTE FUNCTION keep_terms_of_call();--> statement-breakpoint
CREATE TRIGGER calls_terms_update AFTER UPDATE OF "summary", "from_phone" ON "calls" FOR EACH ROW WHEN ((old.summary, old.from_phone) IS DISTINCT FROM (new.summary, new.from_phone)) EXECUTE FUNCTION keep_terms_of_call();--> statement-breakpoint
-- As in crm_search: row security binds the tables' owner as well, who has to see all businesses here.
ALTER TABLE "calls" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "call_turns" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- The terms that refresh_call_terms makes, of all calls at once and before there are indexes and a key to keep: row by row
-- into these took several times as long.
INSERT INTO "call_terms" ("business_id", "call_id", "term")
select c.business_id, c.id, found.term from calls c, lateral (
  with words as materialized (select distinct search_words(concat_ws(' ', c.summary, (
    select string_agg(t.text, ' ') from call_turns t where t.call_id = c.id))) as word)
  select word as term from words where length(word) > 1
  union select substr(word, 2) from words where word ~ '^[והבכלמש].{3}'
  union select substr(word, 3) from words where word ~ '^[ושמכ][הבכלמש].{3}'
  union select case when phone like '~%' then phone else '#' || phone end from search_phone(c.from_phone) as phone
  limit 3000) as found;--> statement-breakpoint
ALTER TABLE "call_terms" ADD CONSTRAINT "call_terms_call_id_term_pk" PRIMARY KEY("call_id","term");--> statement-breakpoint
ALTER TABLE "call_terms" ADD CONSTRAINT "call_terms_call_fk" FOREIGN KEY ("business_id","call_id") REFERENCES "public"."calls"("business_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "call_terms_term" ON "call_terms" USING btree ("business_id","term","call_id");--> statement-breakpoint
ALTER TABLE "call_turns" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "calls" FORCE ROW LEVEL SECURITY;
