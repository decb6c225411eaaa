import type postgres from 'postgres';
import type { Client } from './server-client.ts';

/**
 * Connections for short reads. They pipeline: the driver's own pool becomes slower the longer all of its connections are
 * busy (3.4.9), and one connection answers more short statements than it sends separately.
 */
const readLanes = 2;

export type ReadLanes = {
  /** The client for the next read. */
  next(): postgres.Sql;
  has(client: postgres.ISql): boolean;
  all(): readonly Client[];
  /** Replaces one client, or all. Statements under way have `secondsMax` to finish. */
  replace(which: postgres.ISql | 'all', secondsMax: number): void;
};

/** `make` opens a client with one connection, `discard` ends one that does not respond. */
export function openReadLanes(make: () => Client, discard: (old: Client, secondsMax: number) => void): ReadLanes {
  let lanes = Array.from({ length: readLanes }, make);
  let turn = 0;
  return {
    next: () => {
      turn = (turn + 1) % lanes.length;
      return (lanes[turn] ?? make()).sql;
    },
    has: (client) => lanes.some((lane) => Object.is(lane.sql, client)),
    all: () => lanes,
    replace: (which, secondsMax) => {
      const isMeant = (lane: Client): boolean => which === 'all' || Object.is(lane.sql, which);
      const old = lanes.filter(isMeant);
      lanes = lanes.map((lane) => (isMeant(lane) ? make() : lane));
      for (const lane of old) discard(lane, secondsMax);
    },
  };
}
