import { countQueue } from '../../store/delivery-queue.ts';
import { findEventHead } from '../../store/event-log.ts';
import { countAllPredictions, type PredictionCounts } from '../../store/prediction-counts.ts';
import type { Deps } from '../deps.ts';
import { type FeedView, listFeeds } from '../feeds/feeds.ts';

export type ServiceState = {
  readonly feeds: readonly FeedView[];
  readonly predictions: PredictionCounts;
  /** The position of the newest event; 0 without events. */
  readonly eventHead: number;
  readonly deliveriesPending: number;
};

/** The state of a service as its database shows it. */
export async function getServiceState(deps: Deps): Promise<ServiceState> {
  const { pending } = await countQueue(deps.db.sql, deps.now());
  return {
    feeds: await listFeeds(deps, 'left out'),
    predictions: await countAllPredictions(deps.db.sql),
    eventHead: (await findEventHead(deps.db.sql)).position,
    deliveriesPending: pending,
  };
}
