import { countQueue } from '../../store/delivery-queue.ts';
import { countDisabled } from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';

/** Endpoints that are told nothing, by reason. */
export type DisabledCounts = Awaited<ReturnType<typeof countDisabled>>;

export type WebhookMetrics = {
  /** Deliveries that wait, and those of them whose time has come. */
  readonly pending: number;
  readonly due: number;
  /** How long the one that has been due the longest has waited, in seconds; 0 where none is due. */
  readonly oldestDueSeconds: number;
  readonly endpointsDisabled: DisabledCounts;
  /** Attempts of this process since it began, by result. */
  readonly attempts: ReadonlyMap<string, number>;
};

/** How the telling of subscribers goes: all nodes together, but for the attempts, which are this one's own. */
export async function getMetrics(deps: Deps): Promise<WebhookMetrics> {
  const now = deps.now();
  const { pending, due, oldestDueAt } = await countQueue(deps.db.sql, now);
  return {
    pending,
    due,
    oldestDueSeconds: oldestDueAt === null ? 0 : (now - oldestDueAt) / 1000,
    endpointsDisabled: await countDisabled(deps.db.sql),
    attempts: deps.webhooks.tally,
  };
}
