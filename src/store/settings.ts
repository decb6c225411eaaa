import type { Sql } from './db.ts';

/** Values that every node must agree on. */
export type SettingName = 'feeds_epoch' | 'seeded' | 'identity_revision';

export async function findSetting(db: Sql, name: SettingName): Promise<string | null> {
  const rows = await db<{ value: string }[]>`select value from settings where name = ${name}`;
  return rows[0]?.value ?? null;
}

/** Raises a counter by one and answers its new value. */
export async function bumpSetting(db: Sql, name: SettingName): Promise<void> {
  await db`
    insert into settings (name, value) values (${name}, '1')
    on conflict (name) do update set value = (settings.value::bigint + 1)::text`;
}

/** Sets a value that was never set; false when it was. */
export async function insertSettingOnce(db: Sql, name: SettingName, value: string): Promise<boolean> {
  const rows =
    await db`insert into settings (name, value) values (${name}, ${value}) on conflict do nothing returning name`;
  return rows.length === 1;
}

/** Reads a value that may not change before the transaction ends. */
export async function shareSetting(db: Sql, name: SettingName): Promise<string | null> {
  const rows = await db<{ value: string }[]>`select value from settings where name = ${name} for share`;
  return rows[0]?.value ?? null;
}

/** Raises a counter by one, alone with it until the transaction ends, and answers its new value. */
export async function raiseSetting(db: Sql, name: SettingName): Promise<number> {
  const rows = await db<{ value: string }[]>`
    insert into settings (name, value) values (${name}, '1')
    on conflict (name) do update set value = (settings.value::bigint + 1)::text returning value`;
  return Number(rows[0]?.value ?? 1);
}
