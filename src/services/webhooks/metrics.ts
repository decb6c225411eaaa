import { countQueue } from '../../store/delivery-queue.ts';
import { countDisabled } from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';

/** The number of disabled endpoints, by reason. */
export type DisabledCounts = Awaited<ReturnType<typeof countDisabled>>;

export type WebhookMetrics = {
  /** Deliveries that are not sent yet, and those of them that are due. */
  readonly pending: number;
  readonly due: number;
  /** How long the oldest due delivery has been due, in seconds; 0 if none is due. */
  readonly oldestDueSeconds: number;
  readonly endpointsDisabled: DisabledCounts;
  /** Attempts of this process since its start, by result. */
  readonly attempts: ReadonlyMap<string, number>;
};

/** Metrics of webhook delivery over all nodes, except `attempts`, which are those of this process. */
export async function getMetrics(deps: Deps): Promise<WebhookMetrics> {
  const now = deps.now();
  const { pending, due, oldestDueAt } = await countQueue(deps.db.sql, now);
  return {
    pending,
    due,
    oldestDueSeconds: oldestDueAt === null ? 0 : (now - oldestDueAt) / 1000,
    endpointsDisabled: await countDisabled(deps.db.sql),
    attempts: deps.webhooks.attemptCounts,
  };
}
