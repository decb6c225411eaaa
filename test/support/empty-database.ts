import type { Database } from '../../src/store/db.ts';

/** A table larger than this is truncated, because otherwise the next test would have to read its dead rows. */
const grownBytesMin = 512 * 1024;

/**
 * Stores the rows that the migrations inserted, in a schema beside the product's own, for `emptyDatabase`. Call it
 * once, after migrating.
 */
export async function rememberFirstRows(db: Database): Promise<void> {
  await db.sql.unsafe(`
    create schema test_support;
    create table test_support.first_rows (table_name text primary key, rows json not null);
    do $$
    declare
      name text;
    begin
      for name in ${productTables} loop
        execute format('insert into test_support.first_rows select %L, json_agg(t) from %s t having count(*) > 0', name, name);
      end loop;
    end $$`);
}

const productTables = `select oid::regclass::text from pg_class
  where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'schema_migrations' order by oid`;

/**
 * Returns a database to its state after migrating, in one statement. Deleting the few rows of a test is far cheaper
 * than truncating, which creates new files for every table and index. The locks wait for work in progress, so that
 * nothing is written afterwards. Triggers are disabled, so that rows can be deleted in any order and the triggers that
 * keep evidence append-only do not run. Disabling them requires a superuser; other users truncate.
 */
export async function emptyDatabase(db: Database): Promise<void> {
  await db.sql.unsafe(`
    do $$
    declare
      name text;
      tables text;
      grown boolean;
      first record;
    begin
      select string_agg(t, ', '), bool_or(pg_relation_size(t::regclass) > ${grownBytesMin})
        into tables, grown from (${productTables}) as listed (t);
      execute 'lock table ' || tables || ' in access exclusive mode';
      if grown or not current_setting('is_superuser')::boolean then
        execute 'truncate ' || tables;
      else
        perform set_config('session_replication_role', 'replica', true);
        for name in ${productTables} loop
          if pg_relation_size(name::regclass) > 0 then
            execute 'delete from ' || name;
          end if;
        end loop;
      end if;
      perform setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        from pg_sequences where schemaname = 'public' and last_value is not null;
      for first in select table_name, rows from test_support.first_rows loop
        execute format('insert into %s overriding system value select * from json_populate_recordset(null::%s, $1)',
          first.table_name, first.table_name) using first.rows;
      end loop;
    end $$`);
}

/** Changes with any table, column, constraint, index, trigger or function. */
export async function readFingerprint(db: Database): Promise<string> {
  const [row] = await db.sql<{ fingerprint: string }[]>`
    select concat_ws(' ',
      (select md5(string_agg(oid || relname || relnatts, ' ' order by oid)) from pg_class where relnamespace = 'public'::regnamespace),
      (select md5(string_agg(oid || tgenabled::text, ' ' order by oid)) from pg_trigger),
      (select md5(string_agg(oid || conname, ' ' order by oid)) from pg_constraint where connamespace = 'public'::regnamespace),
      (select md5(string_agg(oid || md5(prosrc), ' ' order by oid)) from pg_proc where pronamespace = 'public'::regnamespace)
    ) as fingerprint`;
  return row?.fingerprint ?? '';
}
