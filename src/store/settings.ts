import type { Sql } from './db.ts';

/** Values that are the same for every node. */
export type SettingName =
  | 'feeds_epoch'
  | 'seeded'
  | 'seed_evidence'
  | 'identity_revision'
  | 'names_epoch'
  | 'event_epoch'
  | 'installation';

export async function findSetting(db: Sql, name: SettingName): Promise<string | null> {
  const rows = await db<{ value: string }[]>`select value from settings where name = ${name}`;
  return rows[0]?.value ?? null;
}

/** Sets a value for the first time; false if it was already set. */
export async function insertSettingOnce(db: Sql, name: SettingName, value: string): Promise<boolean> {
  const rows =
    await db`insert into settings (name, value) values (${name}, ${value}) on conflict do nothing returning name`;
  return rows.length === 1;
}

export async function replaceSetting(db: Sql, name: SettingName, value: string): Promise<void> {
  await db`insert into settings (name, value) values (${name}, ${value}) on conflict (name) do update set value = ${value}`;
}

/** Reads a value and keeps it from changing until the transaction ends. */
export async function lockSettingShared(db: Sql, name: SettingName): Promise<string | null> {
  const rows = await db<{ value: string }[]>`select value from settings where name = ${name} for share`;
  return rows[0]?.value ?? null;
}

/** Increments a counter, which stays locked until the transaction ends, and returns its new value. */
export async function incrementSetting(db: Sql, name: SettingName): Promise<number> {
  const rows = await db<{ value: string }[]>`
    insert into settings (name, value) values (${name}, '1')
    on conflict (name) do update set value = (settings.value::bigint + 1)::text returning value`;
  return Number(rows[0]?.value ?? 1);
}
