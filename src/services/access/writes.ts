import { type Sql, withinTransaction } from '../../store/db.ts';
import type { Deps } from '../deps.ts';
import { recordAudit } from './audit.ts';
import { claimRequest, type Repeatable, releaseClaim, storeResult } from './idempotency.ts';

/** The actor of a change, and the operation that makes it. */
export type WriteContext = {
  /** The id of the key, `admin`, or `cli`. */
  readonly actor: string;
  readonly operation: string;
  /** The path of the request; null for a command. */
  readonly path: string | null;
  readonly requestId: string | null;
  /** True if the service opens its own transactions, for example because it waits for outbound requests. */
  readonly ownTransactions: boolean;
  /** Time limit of the transaction; undefined for the default of the database. */
  readonly msMax: number | undefined;
};

export type Write<A> = {
  /** Returns the resource before the change; null if it does not exist. */
  readonly before: (deps: Deps) => Promise<unknown>;
  readonly run: (deps: Deps) => Promise<A>;
  /** The resource after the change; null if it was deleted. */
  readonly after: (result: A) => unknown;
  /** What follows the committed change and completes its result. If it is interrupted, the result without it was stored. */
  readonly finish?: ((deps: Deps, result: A) => Promise<A>) | undefined;
};

/**
 * Makes a change and records it in the audit log, in one transaction. A change with its own transactions is recorded before
 * it starts, without its result.
 */
export async function performWrite<A>(deps: Deps, context: WriteContext, write: Write<A>): Promise<A> {
  return await performAndStore(deps, context, write, async () => {});
}

/** Converts results to text for storage, and back. */
export type ResultCodec<A> = { readonly write: (result: A) => string; readonly read: (text: string) => A };

/**
 * Like `performWrite`, for a request with an Idempotency-Key: the change is made once, and repetitions return the
 * stored result. The result is stored in the transaction of the change. A refused request can be sent again with its
 * key.
 */
export async function performOnce<A>(
  deps: Deps,
  context: WriteContext,
  write: Write<A>,
  repeat: { readonly of: Repeatable; readonly codec: ResultCodec<A> },
): Promise<{ result: A; repeated: boolean }> {
  const claimed = await claimRequest(deps, repeat.of);
  if (claimed.kind === 'done') return { result: repeat.codec.read(claimed.result), repeated: true };
  const { claim } = claimed;
  try {
    const store = async (inside: Deps, result: A) => await storeResult(inside, claim, repeat.codec.write(result));
    return { result: await performAndStore(deps, context, write, store), repeated: false };
  } catch (error) {
    await releaseClaim(deps, claim, error);
    throw error;
  }
}

async function performAndStore<A>(
  deps: Deps,
  context: WriteContext,
  write: Write<A>,
  store: (inside: Deps, result: A) => Promise<void>,
): Promise<A> {
  if (context.ownTransactions) {
    await inTransaction(deps, context, async (inside) =>
      recordChange(inside, context, await write.before(inside), null),
    );
    const result = await write.run(deps);
    await store(deps, result);
    return result;
  }
  const changed = await inTransaction(deps, context, async (inside) => {
    const before = await write.before(inside);
    const result = await write.run(inside);
    await recordChange(inside, context, before, write.after(result));
    await store(inside, result);
    return result;
  });
  if (write.finish === undefined) return changed;
  const finished = await write.finish(deps, changed);
  await store(deps, finished);
  return finished;
}

/** Runs `run` in one transaction, with deps whose database is that transaction. */
async function inTransaction<T>(deps: Deps, context: WriteContext, run: (inside: Deps) => Promise<T>): Promise<T> {
  const inside = (tx: Sql) => run({ ...deps, db: withinTransaction(deps.db, tx) });
  // What a change does outside the database it does before, with transactions of its own.
  return await deps.db.begin(inside, { msMax: context.msMax, repeatable: true });
}

/** A change that leaves the resource as it was is recorded without its documents, which may be large. */
async function recordChange(inside: Deps, context: WriteContext, before: unknown, after: unknown): Promise<void> {
  const { actor, operation, path, requestId } = context;
  const resourceId = idOf(after) ?? idOf(before);
  const isSame = before !== null && JSON.stringify(before) === JSON.stringify(after);
  const documents = isSame ? { before: null, after: null } : { before, after };
  await recordAudit(inside.db.sql, inside, { actor, operation, path, requestId, resourceId, ...documents });
}

function idOf(document: unknown): string | null {
  if (typeof document !== 'object' || document === null || !('id' in document)) return null;
  return typeof document.id === 'string' ? document.id : null;
}
