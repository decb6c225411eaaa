import type { BeginOptions } from './transaction.ts';

/**
 * Counts what may have changed the data of a database that only this process writes to. It counts before and after each statement
 * and each transaction, so what was read between two equal counts is still current. Statements that only read count
 * too: that costs a read, never a wrong answer.
 */
export type ChangeCount = {
  readonly count: () => number;
  readonly note: () => void;
};

export function openChangeCount(): ChangeCount {
  let changes = 0;
  return {
    count: () => changes,
    note: () => {
      changes += 1;
    },
  };
}

/** The same `admit` as of `StatementGuard`, counting. */
export function admitCounting(
  { note }: ChangeCount,
  admit: (cursor: boolean) => Promise<() => void>,
): (cursor: boolean) => Promise<() => void> {
  return async (cursor) => {
    const leave = await admit(cursor);
    note();
    return () => {
      note();
      leave();
    };
  };
}

type Begin<Tx> = <T>(run: (tx: Tx) => Promise<T>, options?: BeginOptions) => Promise<T>;

/** The same `begin`, counting. */
export function beginCounting<Tx>({ note }: ChangeCount, begin: Begin<Tx>): Begin<Tx> {
  return async (run, options) => {
    note();
    try {
      return await begin(run, options);
    } finally {
      note();
    }
  };
}
