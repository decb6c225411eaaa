import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { fillDisk } from './fault-disk.ts';
import { type FaultWorld, faultDatabase } from './fault-world.ts';

/** A row of the table in docs/operations.md. */
export type Fault = {
  /** Completes "with a database that …". */
  readonly name: string;
  /** Begins the fault; may return what ends it. */
  readonly begin: (world: FaultWorld) => Promise<void | (() => Promise<void>)> | void;
  readonly end?: (world: FaultWorld) => Promise<void> | void;
  readonly lastsMs: number;
  /** The service is back this soon after the end of the fault; default: `backMsMax` of the test. */
  readonly backMsMax?: number;
  /** False if no request is refused; default: true. */
  readonly isFelt?: boolean;
};

const clear = ({ proxy }: FaultWorld): void => proxy.set({});

/** Longer than it takes to notice that connections no longer respond. */
const noticedMs = 7500;

/** The server ends transactions that hear nothing more of their client after ten seconds; until then it keeps their locks. */
const heldMsMax = 15_000;

export const faults: readonly Fault[] = [
  {
    name: 'resets its connections and refuses new ones',
    begin: ({ proxy }) => {
      proxy.set({ accepts: 'reset' });
      proxy.cut('reset');
    },
    lastsMs: 1500,
    end: clear,
  },
  {
    name: 'closes its connections and ends new ones, as a balancer without servers does',
    begin: ({ proxy }) => {
      proxy.set({ accepts: 'end' });
      proxy.cut('end');
    },
    lastsMs: 1500,
    end: clear,
  },
  {
    name: 'loses what is sent to it, and opens no new connection',
    begin: ({ proxy }) => proxy.set({ drops: 'requests', accepts: 'silence' }),
    lastsMs: noticedMs,
    end: clear,
    backMsMax: heldMsMax,
  },
  {
    name: 'has its answers lost, also on new connections',
    begin: ({ proxy }) => proxy.set({ drops: 'answers' }),
    lastsMs: noticedMs,
    end: clear,
    backMsMax: heldMsMax,
  },
  {
    name: 'no longer responds on open connections, but on new ones, as after a failover of a network address',
    begin: async ({ proxy }) => {
      proxy.set({ drops: 'both' });
      await wait(500);
      proxy.set({});
    },
    lastsMs: 0,
    backMsMax: heldMsMax,
  },
  {
    name: 'is 200 ms away in each direction',
    begin: ({ proxy }) => proxy.set({ delayMs: 200 }),
    lastsMs: 2500,
    isFelt: false,
    end: clear,
  },
  {
    name: 'is connected at 10 kB/s',
    begin: ({ proxy }) => proxy.set({ bytesPerSecond: 10_000 }),
    lastsMs: 2500,
    isFelt: false,
    end: clear,
  },
  ...(['fast', 'immediate'] as const).map((mode) => ({
    name: `is restarted with mode ${mode}`,
    begin: ({ cluster }: FaultWorld) => cluster.stop(mode),
    lastsMs: 500,
    end: ({ cluster }: FaultWorld) => cluster.start(),
  })),
  {
    name: 'has all its connections taken by others',
    begin: async ({ cluster, proxy }) => {
      proxy.cut('reset');
      const others = postgres(cluster.url(), {
        max: 60,
        connection: { application_name: 'others' },
        onnotice: () => {},
      });
      const taken = Array.from({ length: 60 }, () => others`select pg_sleep(0.01)`.catch(() => {}));
      await Promise.all(taken);
      return () => others.end({ timeout: 0 });
    },
    lastsMs: 1500,
  },
  {
    name: 'locks a table, so that statements occupy every connection of the program',
    begin: async ({ cluster }) => {
      const other = postgres(cluster.url(faultDatabase), { max: 1, onnotice: () => {} });
      const held = await other.reserve();
      await held`begin`;
      await held`lock table predictions in access exclusive mode`;
      return async () => {
        await held`rollback`;
        held.release();
        await other.end();
      };
    },
    lastsMs: 4500,
    isFelt: false,
  },
  {
    name: 'accepts only reads',
    begin: async ({ cluster }) => {
      await cluster.administer('alter system set default_transaction_read_only = on');
      await cluster.administer('select pg_reload_conf()');
    },
    lastsMs: 1500,
    end: async ({ cluster }) => {
      await cluster.administer('alter system reset default_transaction_read_only');
      await cluster.administer('select pg_reload_conf()');
    },
  },
  {
    name: 'has no space left on its disk',
    begin: async (world) => {
      const disk = await fillDisk(world);
      return disk.free;
    },
    lastsMs: 1500,
  },
  {
    name: 'becomes read-only while its standby is promoted, and is then stopped',
    begin: async (world) => {
      const old = world.cluster;
      const standby = await old.addStandby();
      // Only then does an acknowledged commit survive the loss of the server.
      await old.administer("alter system set synchronous_standby_names = '*'");
      await old.administer('select pg_reload_conf()');
      await wait(500);
      await old.administer('alter system set default_transaction_read_only = on');
      await old.administer('select pg_reload_conf()');
      await standby.promote();
      world.cluster = standby;
      world.proxy.point(standby.port);
      await wait(300);
      old.remove();
    },
    lastsMs: 0,
  },
];
