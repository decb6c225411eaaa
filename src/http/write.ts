import type { Caller } from '../domain/api-key.ts';
import { performWrite } from '../services/writes.ts';
import type { HttpDeps } from './deps.ts';
import type { Reply, Target } from './reply.ts';

/** What the HTTP floor knows of an operation that changes something. */
export type WriteManner = {
  readonly operationId: string;
  readonly caller: Caller;
  readonly target: Target;
  readonly apart: boolean;
  readonly msMax: number | undefined;
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
  const { operationId, caller, target, apart, msMax } = manner;
  const ask = {
    actor: caller.id,
    operation: operationId,
    path: target.path,
    requestId: target.requestId,
    apart,
    msMax,
  };
  return await performWrite<Reply>(http.services, ask, {
    before: (services) => handler.before({ ...http, services }),
    run: (services) => handler.handle({ ...http, services }),
    after: (reply) => reply.body ?? null,
  });
}
