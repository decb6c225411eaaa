import type postgres from 'postgres';

/**
 * Connections for short reads. They pipeline: the driver's own pool becomes slower the longer all of its connections are
 * busy (3.4.9), and one connection answers more short statements than it sends separately.
 */
const readLanes = 2;

export type ReadLanes = {
  /** The client for the next read. */
  next(): postgres.Sql;
  has(client: postgres.ISql): boolean;
  /** Replaces one client, or all. */
  replace(which: postgres.ISql | 'all'): void;
  end(seconds: number): Promise<void>;
};

/** `make` opens a client with one connection, `discard` ends one that does not respond. */
export function openReadLanes(make: () => postgres.Sql, discard: (old: postgres.Sql) => void): ReadLanes {
  let lanes = Array.from({ length: readLanes }, make);
  let turn = 0;
  return {
    next: () => {
      turn = (turn + 1) % lanes.length;
      return lanes[turn] ?? make();
    },
    has: (client) => lanes.some((lane) => Object.is(lane, client)),
    replace: (which) => {
      const isMeant = (lane: postgres.Sql): boolean => which === 'all' || Object.is(lane, which);
      const old = lanes.filter(isMeant);
      lanes = lanes.map((lane) => (isMeant(lane) ? make() : lane));
      for (const lane of old) discard(lane);
    },
    end: async (seconds) => {
      await Promise.all(lanes.map((lane) => lane.end({ timeout: seconds })));
    },
  };
}
