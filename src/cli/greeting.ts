import { patternsOf } from '../domain/criterion/watch.ts';
import type { Deps } from '../services/deps.ts';
import { type FeedView, listFeeds } from '../services/feeds/feeds.ts';
import { listPredictions } from '../services/predictions/lists.ts';
import type { PredictionView } from '../services/predictions/views.ts';

/** Predictions listed at start. */
const predictionLinesMax = 60;

/** One line per feed, and a warning if none could be reached over the network. */
export async function describeFeeds(deps: Deps): Promise<string[]> {
  const views = await listFeeds(deps);
  if (views.length === 0) return ['Feeds: none. Create one with POST /v1/feeds.'];
  const lines = views.map((view) => `  ${view.feed.slug.padEnd(24)} ${feedText(view)}`);
  const network = views.filter(
    (view) =>
      view.feed.url !== null && !view.feed.url.startsWith('builtin:') && view.feed.enabled && view.keyMissing === null,
  );
  const reached = network.some((view) => view.lastPoll?.result === 'ok' || view.lastPoll?.result === 'not_modified');
  const warning =
    network.length > 0 && !reached
      ? ['  No feed could be reached over the network: the results below use only the ledger and the SDK tables.']
      : [];
  return ['Feeds', ...lines, ...warning];
}

function feedText(view: FeedView): string {
  const { lastPoll } = view;
  if (view.keyMissing !== null) return `disabled until ${view.keyMissing} is set`;
  if (lastPoll === null) return view.feed.enabled ? 'not polled yet' : 'disabled';
  if (lastPoll.result === 'failed')
    return `failed: ${lastPoll.errorDetail ?? lastPoll.errorCode ?? 'unknown'}`.slice(0, 120);
  if (lastPoll.result === 'suspect') return `suspect: ${lastPoll.suspectReason ?? ''}`.slice(0, 120);
  return `${lastPoll.result}, ${lastPoll.items} items`;
}

/** One line per prediction with its status. */
export async function describePredictions(deps: Deps): Promise<string[]> {
  const page = await listPredictions(deps, {
    filter: {},
    statuses: null,
    outcome: null,
    asOf: null,
    after: null,
    sort: 'recorded_at',
    limit: predictionLinesMax,
  });
  if (page.views.length === 0) return ['Predictions: none yet. Record one with POST /v1/predictions.'];
  const more = page.next === null ? [] : ['  … more at GET /v1/predictions'];
  return [
    'Predictions',
    ...page.views.map((view) => `  ${view.prediction.slug.padEnd(36)} ${statusText(view)}`),
    ...more,
  ];
}

function statusText(view: PredictionView): string {
  if (view.resolution !== null)
    return `${view.resolution.outcome}, ${view.resolution.effectiveAt}${view.status === 'disputed' ? ' (disputed)' : ''}`;
  if (view.status !== 'open') return `${view.status}: ${view.leaning?.text ?? ''}`.slice(0, 160);
  if (view.standing !== null) return `open, ${view.standing}`;
  // A criterion that names no model can only be judged by a person.
  return patternsOf(view.prediction.criterion).length === 0
    ? 'open, needs a decision by a person'
    : 'open, no feed with evidence has been polled yet';
}
