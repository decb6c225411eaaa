import { formatInstant, type Instant } from '../../domain/instant.ts';
import {
  countsAgainst,
  type ErrorClass,
  failingMsMax,
  failingSince,
  nextStep,
} from '../../domain/webhooks/delivery.ts';
import { parseSecret } from '../../domain/webhooks/secret.ts';
import { slackBody } from '../../domain/webhooks/slack.ts';
import type { PostOutcome } from '../../net/post-webhook.ts';
import { signMessage } from '../../net/webhook-signature.ts';
import type { Sql } from '../../store/db.ts';
import {
  type AttemptResult,
  type LeasedDelivery,
  leaseDeliveries,
  lockDueEndpoints,
  recordAttempts,
  releaseUnstarted,
  type SettledDelivery,
} from '../../store/delivery-queue.ts';
import { holdPending } from '../../store/webhook-deliveries.ts';
import {
  disableEndpoint,
  type EndpointRow,
  listEndpointHealth,
  lockEndpoints,
  recordFailures,
  recordSuccesses,
} from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { readHeaders } from './headers.ts';

/** Concurrent deliveries to one endpoint, over all nodes; a failing endpoint gets one at a time. */
export const perEndpointMax = 8;
export const perFailingMax = 1;

/**
 * Endpoints that one claim locks: enough for `limit` deliveries even if the average endpoint fills only half its share. Not all of
 * them, so that other nodes can claim at the same time.
 */
const endpointsPerClaim = (limit: number): number => Math.max(32, Math.ceil((2 * limit) / perEndpointMax));

export type { LeasedDelivery };

/** A finished attempt that is not recorded yet. */
export type EndedDelivery = {
  readonly claimed: LeasedDelivery;
  readonly result: AttemptResult;
  readonly retryAfterMs: number | null;
};

/**
 * Leases due deliveries to this node. `after` is the last endpoint of the previous claim, so that all endpoints take turns.
 */
export async function claimDue(deps: Deps, limit: number, after = ''): Promise<LeasedDelivery[]> {
  const claim = async (tx: Sql): Promise<LeasedDelivery[]> => {
    const now = deps.now();
    const bounds = { perEndpoint: perEndpointMax, perFailing: perFailingMax };
    const endpointIds = await lockDueEndpoints(tx, { ...bounds, after, now, limit: endpointsPerClaim(limit) });
    if (endpointIds.length === 0) return [];
    const { nodeId: holder, webhooks } = deps;
    return await leaseDeliveries(tx, { ...bounds, endpointIds, holder, leaseMs: webhooks.leaseMs, now, limit });
  };
  return await deps.db.begin(claim, { repeatable: true });
}

/** Releases deliveries that this node has leased by a claim of which it got no confirmation. `started` are its attempts. */
export async function releaseUnconfirmed(deps: Deps, started: readonly string[]): Promise<void> {
  const released = await releaseUnstarted(deps.db.sql, { holder: deps.nodeId, started });
  if (released > 0) deps.log.info({ deliveries: released }, 'released deliveries of an unconfirmed claim');
}

/** Signs and sends one delivery, with no transaction open. Never rejects: every failure is a result. */
export async function attemptDelivery(
  deps: Deps,
  claimed: LeasedDelivery,
  signal: AbortSignal,
): Promise<EndedDelivery> {
  const startedAt = deps.now();
  const outcome = await sendSafely(deps, claimed, startedAt, signal);
  const finishedAt = deps.now();
  const { step, automatic } = claimed;
  const { errorClass, retryAfterMs } = outcome;
  const moment = { now: finishedAt, random: deps.webhooks.random() };
  const next = nextStep({ errorClass, retryAfterMs, step, automatic }, deps.webhooks.schedule, moment);
  const result: AttemptResult = {
    id: claimed.id,
    number: claimed.number,
    trigger: claimed.trigger,
    url: claimed.url,
    startedAt,
    finishedAt,
    durationMs: outcome.durationMs,
    status: outcome.status,
    errorClass,
    errorDetail: outcome.detail,
    body: outcome.response?.body ?? null,
    truncated: outcome.response?.truncated ?? false,
    ...next,
  };
  return { claimed, result, retryAfterMs };
}

async function sendSafely(
  deps: Deps,
  claimed: LeasedDelivery,
  startedAt: Instant,
  signal: AbortSignal,
): Promise<PostOutcome> {
  try {
    const isSlack = claimed.format === 'slack';
    const headers = isSlack ? plainHeaders(deps, claimed) : signedHeaders(deps, claimed, startedAt);
    if (headers === null)
      return unsent(
        'secret_unreadable',
        'a secret or a header of this endpoint cannot be decrypted with OUTTURN_SECRET',
      );
    const body = isSlack ? slackBody(claimed.body, deps.publicUrl) : claimed.body;
    return await deps.webhooks.post({ url: claimed.url, headers, body }, signal);
  } catch (error) {
    const stack = error instanceof Error ? error.stack : String(error);
    deps.log.error({ delivery: claimed.id, error: stack }, 'a delivery attempt failed unexpectedly');
    return unsent('internal', 'the attempt failed unexpectedly; see the log of the sender');
  }
}

function unsent(errorClass: ErrorClass, detail: string): PostOutcome {
  return { status: null, errorClass, detail, retryAfterMs: null, response: null, durationMs: 0 };
}

function openHeaders(deps: Deps, claimed: LeasedDelivery): Readonly<Record<string, string>> | null {
  try {
    return readHeaders(deps, claimed.endpointId, claimed);
  } catch {
    return null;
  }
}

/** The headers of a message for Slack, which has no signature. Null if a header cannot be decrypted. */
function plainHeaders(deps: Deps, claimed: LeasedDelivery): Record<string, string> | null {
  const custom = openHeaders(deps, claimed);
  return custom === null ? null : { ...custom, 'content-type': 'application/json' };
}

/** The headers of one attempt, signed with the current time. Null if a secret or a header cannot be decrypted. */
function signedHeaders(deps: Deps, claimed: LeasedDelivery, at: Instant): Record<string, string> | null {
  const { vault } = deps.webhooks;
  const { endpointId, eventId: id, body } = claimed;
  const secrets = claimed.secrets.map((sealed) => vault.open(sealed, endpointId));
  const custom = openHeaders(deps, claimed);
  if (secrets.length === 0 || custom === null) return null;
  const timestampSeconds = Math.floor(at / 1000);
  const signatures: string[] = [];
  for (const text of secrets) {
    if (text === null) return null;
    signatures.push(signMessage(parseSecret(text), { id, timestampSeconds, body }));
  }
  return {
    ...custom,
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  };
}

/** Statuses whose `Retry-After` applies to the whole endpoint and not only to one message. */
const pausingStatuses: ReadonlySet<number> = new Set([429, 503]);

/**
 * Records finished attempts and updates the health of their endpoints, in one transaction. A success clears earlier failures. An
 * endpoint is disabled by a 410, or when a delivery runs out of attempts after days without a success.
 */
export async function recordOutcomes(deps: Deps, ended: readonly EndedDelivery[]): Promise<void> {
  if (ended.length === 0) return;
  const affecting = ended.filter(({ claimed, result }) => result.errorClass !== null || claimed.failing);
  // If no attempt affects the health of its endpoint, a single statement suffices.
  if (affecting.length === 0)
    await recordAttempts(
      deps.db.sql,
      ended.map(({ result }) => result),
    );
  else await recordWithHealth(deps, ended, affecting);
  for (const { result } of ended) {
    const name = result.errorClass ?? 'delivered';
    deps.webhooks.attemptCounts.set(name, (deps.webhooks.attemptCounts.get(name) ?? 0) + 1);
  }
}

async function recordWithHealth(
  deps: Deps,
  ended: readonly EndedDelivery[],
  affecting: readonly EndedDelivery[],
): Promise<void> {
  const record = async (tx: Sql): Promise<void> => {
    // Endpoints are locked before deliveries, everywhere in the same order, to avoid deadlocks.
    await lockEndpoints(tx, distinct(affecting.map(({ claimed }) => claimed.endpointId)));
    const settled = new Map(
      (
        await recordAttempts(
          tx,
          ended.map(({ result }) => result),
        )
      ).map((delivery) => [delivery.id, delivery]),
    );
    await recordHealth(
      tx,
      deps,
      affecting.filter(({ result }) => settled.has(result.id)),
      settled,
    );
  };
  await deps.db.begin(record, { repeatable: true });
}

async function recordHealth(
  tx: Sql,
  deps: Deps,
  ended: readonly EndedDelivery[],
  settled: ReadonlyMap<string, SettledDelivery>,
): Promise<void> {
  const now = deps.now();
  const succeeded = distinct(ended.filter(({ result }) => result.errorClass === null).map(endpointOf));
  if (succeeded.length > 0) await recordSuccesses(tx, succeeded);
  const pauses = ended.flatMap(({ claimed, result, retryAfterMs }) =>
    retryAfterMs !== null && pausingStatuses.has(result.status ?? 0)
      ? [{ id: claimed.endpointId, until: result.finishedAt + retryAfterMs }]
      : [],
  );
  const failed = ended.filter(
    ({ claimed, result }) =>
      result.errorClass !== null && countsAgainst(result.errorClass) && !succeeded.includes(claimed.endpointId),
  );
  const health = await listEndpointHealth(tx, distinct(failed.map(endpointOf)));
  const failures = health.map((endpoint) => ({ id: endpoint.id, since: failingSince(endpoint, now) }));
  await recordFailures(tx, { failures, pauses, now });
  const gone = failed.filter(({ result }) => result.errorClass === 'gone').map(endpointOf);
  const tooLong = new Set(failures.filter(({ since }) => now - since >= failingMsMax).map(({ id }) => id));
  const givenUp = failed
    .filter(({ claimed, result }) => claimed.automatic && settled.get(result.id)?.state === 'failed')
    .map(endpointOf)
    .filter((id) => tooLong.has(id));
  for (const endpoint of health) {
    if (gone.includes(endpoint.id)) await disable(tx, deps, endpoint, 'gone');
    else if (givenUp.includes(endpoint.id)) await disable(tx, deps, endpoint, 'failing');
  }
}

function endpointOf({ claimed }: EndedDelivery): string {
  return claimed.endpointId;
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

/** Disables an endpoint, holds its pending deliveries and announces it to the subscribers of `endpoint.disabled`. */
async function disable(
  tx: Sql,
  deps: Deps,
  endpoint: Pick<EndpointRow, 'id' | 'failingSince'>,
  reason: 'gone' | 'failing',
): Promise<void> {
  const now = deps.now();
  if (!(await disableEndpoint(tx, endpoint.id, { reason, now }))) return;
  const held = await holdPending(tx, endpoint.id, now);
  deps.log.warn({ endpoint: endpoint.id, reason, held }, 'a webhook endpoint was disabled');
  const failingSinceText = endpoint.failingSince === null ? null : formatInstant(endpoint.failingSince);
  await recordEvent(tx, deps, {
    type: 'endpoint.disabled',
    occurredAt: now,
    endpointId: endpoint.id,
    data: {
      endpoint: { id: endpoint.id, links: { endpoint: `/v1/webhook-endpoints/${endpoint.id}` } },
      reason,
      failing_since: failingSinceText,
    },
  });
}
