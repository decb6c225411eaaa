import type { Database, Sql } from '../../src/store/db.ts';

export type CountedStatements = {
  readonly db: Database;
  /** The texts of the statements since the last call, with `begin` and `commit`. */
  take(): string[];
};

/** The part of the driver's query object that sends it. A fragment of another statement is never sent itself. */
type Query = { handle(): unknown; readonly strings?: readonly string[] };

/** The same database, which records every statement. `before` runs before each is sent, with how many there were. */
export function countStatements(db: Database, before?: (count: number) => Promise<unknown>): CountedStatements {
  let texts: string[] = [];
  const recorded = (sql: Sql): Sql => {
    // A wrapper cannot restate the overloads of the tagged template; arguments and result pass through unchanged.
    const call = sql as unknown as (...args: unknown[]) => unknown;
    const counting = (...args: unknown[]) => {
      const value = call(...args);
      if (!isQuery(value)) return value;
      const send = value.handle;
      let isSent = false;
      value.handle = () => {
        if (isSent) return send.call(value);
        isSent = true;
        texts.push((value.strings ?? []).join('?').replace(/\s+/g, ' ').trim());
        if (before === undefined) return send.call(value);
        return before(texts.length - 1).then(() => send.call(value));
      };
      return value;
    };
    return Object.assign(counting, sql) as unknown as Sql;
  };
  return {
    db: {
      ...db,
      sql: recorded(db.sql),
      reads: recorded(db.reads),
      begin: async (run, options) => {
        texts.push('begin', 'commit');
        return await db.begin((tx) => run(recorded(tx)), options);
      },
    },
    take: () => {
      const taken = texts;
      texts = [];
      return taken;
    },
  };
}

function isQuery(value: unknown): value is Query {
  return value instanceof Promise && 'handle' in value;
}
