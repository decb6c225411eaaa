import { withinTransaction } from '../../store/db.ts';
import type { Claim } from '../../store/idempotency.ts';
import type { Deps } from '../deps.ts';
import { recordAudit } from './audit.ts';
import { claimRequest, giveUpClaim, keepAnswer, type Repeatable } from './idempotency.ts';

/** A change as its caller asked for it. */
export type WriteAsk = {
  /** The id of the key, `admin`, or `cli`. */
  readonly actor: string;
  readonly operation: string;
  /** Where it came from over HTTP. */
  readonly path: string | null;
  readonly requestId: string | null;
  /** It speaks to the outside, and no transaction may wait for that: its own are its service's business. */
  readonly apart: boolean;
  /** How long the transaction may take; the database's own limit where undefined. */
  readonly msMax: number | undefined;
};

export type Write<A> = {
  /** The document as it is before the change; null where there is none. */
  readonly before: (deps: Deps) => Promise<unknown>;
  readonly run: (deps: Deps) => Promise<A>;
  /** The document as the answer shows it; null where it is gone. */
  readonly after: (answer: A) => unknown;
};

/**
 * Makes one change and writes down who made it, in one transaction: neither is there without the other. A change that
 * speaks to the outside is written down before it begins, without what comes of it.
 */
export async function performWrite<A>(deps: Deps, ask: WriteAsk, write: Write<A>): Promise<A> {
  return await performClaimed(deps, ask, write, async () => {});
}

/** How an answer is kept as text, and told from it again. */
export type AnswerText<A> = { readonly write: (answer: A) => string; readonly read: (text: string) => A };

/**
 * The same for a request that may come again: it is done once, and answered as often as it is asked. The answer is kept
 * in the transaction of the change. A request that is refused may be sent again under its key.
 */
export async function performOnce<A>(
  deps: Deps,
  ask: WriteAsk,
  write: Write<A>,
  repeat: { readonly of: Repeatable; readonly text: AnswerText<A> },
): Promise<{ answer: A; repeated: boolean }> {
  const claimed = await claimRequest(deps, repeat.of);
  if (claimed.kind === 'answered') return { answer: repeat.text.read(claimed.answer), repeated: true };
  const { claim } = claimed;
  try {
    const answer = await performClaimed(deps, ask, write, keeperOf(claim, repeat.text));
    return { answer, repeated: false };
  } catch (error) {
    await giveUpClaim(deps, claim);
    throw error;
  }
}

function keeperOf<A>(claim: Claim, text: AnswerText<A>): (inside: Deps, answer: A) => Promise<void> {
  return async (inside, answer) => await keepAnswer(inside, claim, text.write(answer));
}

async function performClaimed<A>(
  deps: Deps,
  ask: WriteAsk,
  write: Write<A>,
  keep: (inside: Deps, answer: A) => Promise<void>,
): Promise<A> {
  if (ask.apart) {
    await inOne(deps, ask, async (inside) => recordChange(inside, ask, await write.before(inside), null));
    const answer = await write.run(deps);
    await keep(deps, answer);
    return answer;
  }
  return await inOne(deps, ask, async (inside) => {
    const before = await write.before(inside);
    const answer = await write.run(inside);
    await recordChange(inside, ask, before, write.after(answer));
    await keep(inside, answer);
    return answer;
  });
}

/** What is done with the deps that it is handed commits or fails as one. */
async function inOne<T>(deps: Deps, ask: WriteAsk, run: (inside: Deps) => Promise<T>): Promise<T> {
  return await deps.db.begin((tx) => run({ ...deps, db: withinTransaction(deps.db, tx) }), { msMax: ask.msMax });
}

async function recordChange(inside: Deps, ask: WriteAsk, before: unknown, after: unknown): Promise<void> {
  const { actor, operation, path, requestId } = ask;
  const resourceId = idOf(after) ?? idOf(before);
  await recordAudit(inside.db.sql, inside, { actor, operation, path, requestId, resourceId, before, after });
}

function idOf(document: unknown): string | null {
  if (typeof document !== 'object' || document === null || !('id' in document)) return null;
  return typeof document.id === 'string' ? document.id : null;
}
