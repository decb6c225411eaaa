import type { Sql } from './db.ts';

/**
 * Acquires or renews a lease by the database's clock; false while another holder has it. A lease that ends later than any can was
 * taken before the clock was set back, and counts as expired.
 */
export async function acquireLease(db: Sql, name: string, holder: string, leaseMs: number): Promise<boolean> {
  const rows = await db`
    insert into leases (name, holder, lease_until)
    values (${name}, ${holder}, clock_timestamp() + ${leaseMs} * interval '1 millisecond')
    on conflict (name) do update set holder = excluded.holder, lease_until = excluded.lease_until
      where leases.lease_until < clock_timestamp() or leases.lease_until > excluded.lease_until + interval '1 minute'
        or leases.holder = excluded.holder
    returning name`;
  return rows.length === 1;
}

/** Releases a lease, unless another holder has acquired it meanwhile. */
export async function releaseLease(db: Sql, name: string, holder: string): Promise<void> {
  await db`delete from leases where name = ${name} and holder = ${holder}`;
}
