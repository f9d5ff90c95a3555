import type { Sql, TransactionSql } from "postgres";

/** Channel on which every change to a business, its numbers or its settings is announced, whoever makes it. */
export const directoryChannel = "directory";
/** Channel on which a queue's name is announced when a job is added to it. */
export const jobsChannel = "jobs";

/** Channel on which a business is named when WhatsApp work of it waits (whatsapp/bell.ts). */
export const whatsappChannel = "whatsapp";

/** Channel on which changes are announced that open panels may show (db/announce). */
export const liveChannel = "live";

/**
 * Channel on which it is announced that what is known of logins has changed: a session's key when it has ended or moved to
 * another id, `business:<id>` when a business has been suspended or is active again. Whoever remembers a session forgets it.
 */
export const sessionsChannel = "sessions";

/** Triggers for these channels. Announced at commit, once per transaction; safe to run again. */
export async function installNotices(sql: Sql | TransactionSql): Promise<void> {
  await sql.unsafe(`
    create or replace function announce_directory() returns trigger language plpgsql as $$
    begin
      perform pg_notify('${directoryChannel}', '');
      return null;
    end $$;
    create or replace function announce_jobs() returns trigger language plpgsql as $$
    begin
      perform pg_notify('${jobsChannel}', queue) from (select distinct queue from added) as queues;
      return null;
    end $$;
    create or replace trigger jobs_announce after insert on jobs
      referencing new table as added for each statement execute function announce_jobs();
    ${["businesses", "business_numbers", "business_settings"]
      .map(
        (table) => `
    create or replace trigger ${table}_announce after insert or update or delete on ${table}
      for each statement execute function announce_directory();`,
      )
      .join("")}`);
  // A folder of earlier migrations, as tests of old installations have it, makes no such table.
  const [table] = await sql<{ there: boolean }[]>`select to_regclass('public.sessions') is not null as there`;
  if (table?.there) await sql.unsafe(sessionNotices);
}

// A session that ends inside a business, by whatever way, has left it (S3); one that leaves it and goes on writes that down
// itself. Of a business that is gone there is nothing to write.
// A new role, another business or a disabled account ends every session of the person (K6), whoever changes it: the role
// that serves businesses may change its people and has no right to see a session, so the trigger acts as its owner.
const sessionNotices = `
    create or replace function announce_session() returns trigger language plpgsql as $$
    begin
      perform pg_notify('${sessionsChannel}', old.key);
      return null;
    end $$;
    create or replace trigger sessions_announce after delete or update of key on sessions
      for each row execute function announce_session();
    create or replace function audit_session_inside() returns trigger language plpgsql security definer set search_path = public as $$
    begin
      insert into audit_log (id, business_id, user_id, actor_name, action, subject, detail)
        select gen_random_uuid(), b.id, old.user_id, coalesce(u.name, 'system'), 'impersonation.stop', 'business:' || b.id, '{}'
        from businesses b left join users u on u.id = old.user_id where b.id = old.impersonated_tenant_id;
      return null;
    end $$;
    create or replace trigger sessions_audit_inside after delete on sessions for each row
      when (old.impersonated_tenant_id is not null) execute function audit_session_inside();
    create or replace function end_sessions() returns trigger language plpgsql security definer set search_path = public as $$
    begin
      delete from sessions where user_id = old.id;
      return null;
    end $$;
    create or replace trigger users_end_sessions after update of role, status, business_id on users for each row
      when ((old.role, old.status, old.business_id) is distinct from (new.role, new.status, new.business_id))
      execute function end_sessions();
    create or replace function announce_business_status() returns trigger language plpgsql as $$
    begin
      perform pg_notify('${sessionsChannel}', 'business:' || old.id);
      return null;
    end $$;
    create or replace trigger businesses_announce_status after update of status on businesses for each row
      when (old.status is distinct from new.status) execute function announce_business_status();`;
