import { dayMs, hourMs } from '../../domain/instant.ts';
import { firstDelayMs, jitterMsMax } from '../../domain/webhooks/retry-schedule.ts';
import { retryAfterMsMax } from '../../net/failure.ts';
import { advanceStranded, settleStrayDeliveries } from '../../store/delivery-queue.ts';
import { deleteResponsesBefore } from '../../store/webhook-deliveries.ts';
import { countDisabled, listDisabledIds } from '../../store/webhook-endpoints.ts';
import { deleteExpiredSecrets } from '../../store/webhook-secrets.ts';
import type { Deps } from '../deps.ts';
import { resealHeaders } from './headers.ts';
import { resealSecrets } from './secrets.ts';

/** How long the responses of receivers are stored. Attempts are never deleted. */
export const responseKeptMs = 30 * dayMs;

const responsesPerSweep = 5000;

/** The tolerated difference between the clocks of nodes. */
const skewMsMax = 10_000;

/** The most disabled endpoints whose ids are logged at start. */
const disabledLoggedMax = 20;

export type SweepCounts = {
  readonly held: number;
  readonly stranded: number;
  readonly secrets: number;
  readonly responses: number;
};

/** Repairs deliveries of lost attempts and of clocks that jumped back, and deletes expired secrets and responses. */
export async function sweepWebhooks(deps: Deps): Promise<SweepCounts> {
  const { schedule } = deps.webhooks;
  const now = deps.now();
  const db = deps.db.sql;
  const longest = Math.max(retryAfterMsMax, ...schedule) + jitterMsMax + hourMs;
  const firstMs = firstDelayMs(schedule) + skewMsMax;
  return {
    held: await settleStrayDeliveries(db, now),
    stranded: await advanceStranded(db, { now, firstMs, laterMs: longest }),
    secrets: await deleteExpiredSecrets(db, now),
    responses: await deleteResponsesBefore(db, now - responseKeptMs, responsesPerSweep),
  };
}

/** Logs at start which endpoints were disabled automatically, because the earlier log entry may have been missed. */
export async function warnAboutDisabled(deps: Deps): Promise<void> {
  const ids = await listDisabledIds(deps.db.sql, disabledLoggedMax);
  if (ids.length === 0) return;
  const { gone, failing } = await countDisabled(deps.db.sql);
  deps.log.warn(
    { gone, failing, endpoints: ids },
    'webhook endpoints are disabled and their deliveries are held; enable them with PATCH, then recover the deliveries',
  );
}

/** Re-encrypts at start what was encrypted with a previous OUTTURN_SECRET, and logs what cannot be decrypted. */
export async function resealWebhooks(deps: Deps): Promise<void> {
  const unreadable = (await resealSecrets(deps)) + (await resealHeaders(deps));
  if (unreadable > 0)
    deps.log.error(
      { unreadable },
      'webhook secrets cannot be decrypted; add the OUTTURN_SECRET that encrypted them to OUTTURN_SECRET_PREVIOUS, or rotate them',
    );
}
