import { countAllPredictions, type PredictionCounts } from '../../store/prediction-counts.ts';
import type { ListedResolution } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { type FeedHealth, listFeeds } from '../feeds/feeds.ts';
import { listDocuments } from './lists.ts';
import { listNewestResolutions } from './resolutions.ts';

export type { PredictionCounts } from '../../store/prediction-counts.ts';

/** The entries of each short list. */
const shortListMax = 5;

/** The number of predictions by status and by outcome. */
export async function countPredictionsByStatus(deps: Deps): Promise<PredictionCounts> {
  return await countAllPredictions(deps.db.sql);
}

/** What a reader of the whole board sees first. */
export type BoardOverview = {
  /** Newest first. */
  readonly resolutions: readonly ListedResolution[];
  /** The documents of open predictions whose deadlines come next, as JSON texts. */
  readonly due: readonly string[];
  /** The documents of disputed predictions, then of proposed ones, as JSON texts. */
  readonly review: readonly string[];
  /** The health of every feed. */
  readonly feeds: readonly { readonly slug: string; readonly health: FeedHealth; readonly isPolled: boolean }[];
};

/** Lists at most five predictions of each kind. */
export async function getBoardOverview(deps: Deps): Promise<BoardOverview> {
  const all = { outcome: null, after: null, limit: shortListMax };
  const [resolutions, due, disputed, proposed, feeds] = await Promise.all([
    listNewestResolutions(deps, 3 * shortListMax),
    listDocuments(deps, { ...all, statuses: ['open'], sort: 'resolve_by', filter: { resolveByGte: deps.now() } }),
    // One list each, so that disputed ones come first.
    listDocuments(deps, { ...all, statuses: ['disputed'], sort: '-recorded_at', filter: {} }),
    listDocuments(deps, { ...all, statuses: ['proposed'], sort: '-recorded_at', filter: {} }),
    listFeeds(deps, 'left out'),
  ]);
  return {
    resolutions: newestOfEach(resolutions).slice(0, shortListMax),
    due: due.texts,
    review: [...disputed.texts, ...proposed.texts].slice(0, shortListMax),
    feeds: feeds.map(({ feed, health, keyMissing }) => ({
      slug: feed.slug,
      health,
      isPolled: feed.enabled && feed.url !== null && keyMissing === null,
    })),
  };
}

/** The newest resolution of each prediction: it replaced the others. */
function newestOfEach(resolutions: readonly ListedResolution[]): ListedResolution[] {
  const seen = new Set<string>();
  return resolutions.filter(({ predictionId }) => {
    const isNewest = !seen.has(predictionId);
    seen.add(predictionId);
    return isNewest;
  });
}
