import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultWorld } from './fault-world.ts';
import { isRoot, serverUser } from './server.ts';

const tables = ['predictions', 'events'];

/** The disk is full until `free` is called. */
export type FullDisk = { free(): Promise<void> };

/**
 * Moves tables to a file system of a few megabytes and fills it. Where none can be mounted, a trigger raises the error
 * that a full disk raises.
 */
export async function fillDisk(world: FaultWorld): Promise<FullDisk> {
  const disk = mountSmall();
  return disk === null ? await raiseInstead(world) : await fill(world, disk);
}

/** Mounts a file system in memory, which needs root and the capability to mount. */
function mountSmall(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'outturn-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
}

async function fill({ cluster, query }: FaultWorld, disk: string): Promise<FullDisk> {
  const space = join(disk, 'space');
  mkdirSync(space);
  const user = isRoot() ? serverUser() : null;
  if (user !== null) for (const path of [disk, space]) chownSync(path, user, -1);
  await cluster.administer(`create tablespace small location '${space}'`);
  for (const table of tables) {
    await query(`alter table ${table} set tablespace small`);
    // Without free space in its pages, a new row needs a new page.
    await query(`vacuum full ${table}`);
  }
  const filler = join(disk, 'filler');
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  return {
    free: async () => {
      rmSync(filler);
      for (const table of tables) await query(`alter table ${table} set tablespace pg_default`);
      await cluster.administer('drop tablespace small');
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    },
  };
}

async function raiseInstead({ query }: FaultWorld): Promise<FullDisk> {
  await query(`
    create function refuse_as_full() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file' using errcode = '53100'; end $$`);
  await query('create trigger full_disk before insert on predictions execute function refuse_as_full()');
  return {
    free: async () => {
      await query('drop trigger full_disk on predictions');
      await query('drop function refuse_as_full()');
    },
  };
}
