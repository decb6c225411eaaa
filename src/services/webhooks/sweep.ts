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

/** How long what receivers answered is kept; attempts are kept for good. */
export const responseKeptMs = 30 * dayMs;

const responsesPerSweep = 5000;

/** Clocks of nodes may differ by so much before one is taken to have run ahead. */
const skewMsMax = 10_000;

/** Endpoints named when it is told which are disabled; their number is told in any case. */
const disabledToldMax = 20;

export type SweepCounts = {
  readonly held: number;
  readonly stranded: number;
  readonly secrets: number;
  readonly responses: number;
};

/** What no attempt does by itself: strays, clocks that jumped back, secrets and answers whose time is over. */
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

/** At start: says which endpoints were disabled by what they answered; nobody need have been listening when it happened. */
export async function warnOfDisabled(deps: Deps): Promise<void> {
  const ids = await listDisabledIds(deps.db.sql, disabledToldMax);
  if (ids.length === 0) return;
  const { gone, failing } = await countDisabled(deps.db.sql);
  deps.log.warn(
    { gone, failing, endpoints: ids },
    'webhook endpoints are disabled and what happens is held for them: enable them by PATCH, then recover',
  );
}

/** At start: seals anew what was sealed under an earlier OUTTURN_SECRET, and says what can no longer be opened. */
export async function resealWebhooks(deps: Deps): Promise<void> {
  const unreadable = (await resealSecrets(deps)) + (await resealHeaders(deps));
  if (unreadable > 0)
    deps.log.error(
      { unreadable },
      'webhook secrets cannot be opened: give the OUTTURN_SECRET they were sealed under in OUTTURN_SECRET_PREVIOUS, or rotate them',
    );
}
