import type { Caller } from '../../domain/access/api-key.ts';
import { performOnce, performWrite, type Write } from '../../services/access/writes.ts';
import type { HttpDeps } from '../deps.ts';
import { keptReply } from './idempotency.ts';
import type { Reply, Target } from './reply.ts';

/** What the HTTP floor knows of an operation that changes something. */
export type WriteManner = {
  readonly method: string;
  readonly operationId: string;
  readonly caller: Caller;
  readonly target: Target;
  readonly apart: boolean;
  readonly msMax: number | undefined;
  /** The key under which the request may come again, with what it asks for. */
  readonly repeatable: { readonly key: string; readonly fingerprint: string } | null;
};

/** Runs a handler that changes something, with everything that belongs to the change. */
export async function runWrite(
  http: HttpDeps,
  manner: WriteManner,
  handler: {
    readonly before: (http: HttpDeps) => Promise<unknown>;
    readonly handle: (http: HttpDeps) => Promise<Reply>;
  },
): Promise<Reply> {
  const { operationId, method, caller, target, apart, msMax, repeatable } = manner;
  const { path, requestId } = target;
  const ask = { actor: caller.id, operation: operationId, path, requestId, apart, msMax };
  const write: Write<Reply> = {
    before: (services) => handler.before({ ...http, services }),
    run: (services) => handler.handle({ ...http, services }),
    after: (reply) => reply.body ?? null,
  };
  if (repeatable === null) return await performWrite(http.services, ask, write);
  const { key, fingerprint } = repeatable;
  const of = { request: { caller: caller.id, method, path, key }, fingerprint };
  const { answer, repeated } = await performOnce(http.services, ask, write, { of, text: keptReply });
  return repeated ? { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } } : answer;
}
