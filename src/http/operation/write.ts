import type { Caller } from '../../domain/access/api-key.ts';
import { performOnce, performWrite, type Write } from '../../services/access/writes.ts';
import type { HttpDeps } from '../deps.ts';
import { replyCodec } from './idempotency.ts';
import type { Reply, Target } from './reply.ts';

/** A request that changes something. */
export type WriteRequest = {
  readonly method: string;
  readonly operationId: string;
  readonly caller: Caller;
  readonly target: Target;
  readonly ownTransactions: boolean;
  readonly msMax: number | undefined;
  /** Its Idempotency-Key, with the fingerprint of its content; null without a key. */
  readonly repeatable: { readonly key: string; readonly fingerprint: string } | null;
};

/** Runs a handler in a transaction with its audit entry and, if the request has a key, its stored reply. */
export async function runWrite(
  http: HttpDeps,
  request: WriteRequest,
  handler: {
    readonly before: (http: HttpDeps) => Promise<unknown>;
    readonly handle: (http: HttpDeps) => Promise<Reply>;
    readonly finish: ((http: HttpDeps, reply: Reply) => Promise<Reply>) | undefined;
  },
): Promise<Reply> {
  const { operationId, method, caller, target, ownTransactions, msMax, repeatable } = request;
  const { path, requestId } = target;
  const context = { actor: caller.id, operation: operationId, path, requestId, ownTransactions, msMax };
  const { finish } = handler;
  const write: Write<Reply> = {
    before: (services) => handler.before({ ...http, services }),
    run: (services) => handler.handle({ ...http, services }),
    after: (reply) => reply.recorded ?? reply.body ?? null,
    finish: finish && ((services, reply) => finish({ ...http, services }, reply)),
  };
  if (repeatable === null) return await performWrite(http.services, context, write);
  const { key, fingerprint } = repeatable;
  const of = { request: { caller: caller.id, method, path, key }, fingerprint };
  const { result, repeated } = await performOnce(http.services, context, write, { of, codec: replyCodec });
  return repeated ? { ...result, headers: { ...result.headers, 'idempotent-replayed': 'true' } } : result;
}
