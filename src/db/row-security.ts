import type { Sql, TransactionSql } from "postgres";
import { AppError } from "../base/errors.ts";

/**
 * Row-level security for every tenant table, found in the catalogue, so that none can be forgotten. Runs after every
 * migration and changes nothing the second time.
 *
 * - `app_rt` (the pool's role) sees and writes only rows whose `business_id` is `app.business_id` of its transaction;
 *   of `businesses` the row itself. It has no rights at all on tables without a tenant.
 * - `app_system` sees all rows: see `withSystem`.
 * - FORCE: the owner is bound by the policies as well.
 *
 * @throws AppError "unavailable" when the user may not create the roles, or not take those that are there.
 */
export async function secureTables(sql: Sql | TransactionSql): Promise<void> {
  try {
    await sql.unsafe(roles);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== insufficientPrivilege) throw cause;
    throw new AppError(
      "unavailable",
      "the database's user needs CREATEROLE, for the roles that keep businesses apart",
      {
        cause,
      },
    );
  }
  await checkMembership(sql);
  await sql.unsafe(policies);
}

/** From PostgreSQL 16 on only who made a role, or a superuser, may give it away: another login on the server may not. */
async function checkMembership(sql: Sql | TransactionSql): Promise<void> {
  const [row] = await sql<{ login: string; is_member: boolean }[]>`
    select quote_ident(current_user) as login, bool_and(pg_has_role(current_user, oid, 'member')) as is_member
    from pg_roles where rolname in ('app_rt', 'app_system')`;
  if (row?.is_member) return;
  const told = `run as a superuser of the database: grant app_rt, app_system to ${row?.login}`;
  throw new AppError("unavailable", `the roles that keep businesses apart belong to another login; ${told}`);
}

const insufficientPrivilege = "42501";

// Roles belong to the whole server: two databases may be made at once, hence the exceptions. From PostgreSQL 16 on
// the creator of a role has to grant it to itself before it may switch to it.
const roles = `
do $$
declare name text;
begin
  foreach name in array array['app_rt', 'app_system'] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin nosuperuser nobypassrls', name);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    if not pg_has_role(current_user, name, 'usage') or not (select rolsuper from pg_roles where rolname = current_user) then
      begin
        execute format('grant %I to current_user', name);
      exception when unique_violation or insufficient_privilege then null;
      end;
    end if;
    execute format('grant usage on schema public to %I', name);
  end loop;
end $$`;

const policies = `
do $$
declare
  t record;
  current_business constant text := 'nullif(current_setting(''app.business_id'', true), '''')::uuid';
begin
  for t in
    select c.oid, c.relname,
      case when c.relname = 'businesses' then 'id' when exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'business_id' and not a.attisdropped
      ) then 'business_id' end as tenant_column,
      c.relrowsecurity and c.relforcerowsecurity as forced
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  loop
    execute format('grant select, insert, update, delete on public.%I to app_system', t.relname);
    continue when t.tenant_column is null;
    execute format('grant select, insert, update, delete on public.%I to app_rt', t.relname);
    if not t.forced then
      execute format('alter table public.%I enable row level security, force row level security', t.relname);
    end if;
    if not exists (select from pg_policy p where p.polrelid = t.oid and p.polname = 'tenant') then
      execute format('create policy tenant on public.%I to app_rt using (%I = %s) with check (%I = %s)',
        t.relname, t.tenant_column, current_business, t.tenant_column, current_business);
    end if;
    if not exists (select from pg_policy p where p.polrelid = t.oid and p.polname = 'system') then
      execute format('create policy system on public.%I to app_system using (true) with check (true)', t.relname);
    end if;
  end loop;
end $$`;
