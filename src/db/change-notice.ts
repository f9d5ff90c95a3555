import type { Sql, TransactionSql } from "postgres";

/** Channel on which every change to a business, its numbers or its settings is announced, whoever makes it. */
export const directoryChannel = "directory";
/** Channel on which a queue's name is announced when a job is added to it. */
export const jobsChannel = "jobs";

/** Channel on which a business is named when WhatsApp work of it waits (whatsapp/bell.ts). */
export const whatsappChannel = "whatsapp";

/** Channel on which changes are announced that open panels may show (notify/announce). */
export const liveChannel = "live";

/** Triggers for both channels. Announced at commit, once per transaction; safe to run again. */
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
}
