import { type CountedMark, countMarks } from '../../store/prediction-counts.ts';
import type { ListedResolution } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { type FeedHealth, listFeeds } from '../feeds/feeds.ts';
import { listDocuments } from './lists.ts';
import { listNewestResolutions } from './resolutions.ts';

export type { CountedMark } from '../../store/prediction-counts.ts';

/** The most predictions with one mark that are counted. More are reported as more than this. */
export const marksCountedMax = 1000;
/** The entries of each short list. */
const shortListMax = 5;

/** The number of predictions with each mark, up to `marksCountedMax` + 1 of each. */
export async function countPredictionsByMark(deps: Deps): Promise<ReadonlyMap<CountedMark, number>> {
  return await countMarks(deps.db.sql, marksCountedMax);
}

/** What a reader of the whole board sees first. */
export type BoardOverview = {
  /** Newest first. */
  readonly resolutions: readonly ListedResolution[];
  /** The documents of open predictions whose deadlines come next, as JSON texts. */
  readonly due: readonly string[];
  /** The documents of proposed and disputed predictions, as JSON texts, those that were recorded last first. */
  readonly review: readonly string[];
  /** The health of every feed. */
  readonly feeds: readonly { readonly slug: string; readonly health: FeedHealth; readonly isPolled: boolean }[];
};

/** Lists at most five predictions of each kind. */
export async function getBoardOverview(deps: Deps): Promise<BoardOverview> {
  const all = { outcome: null, after: null, limit: shortListMax };
  const [resolutions, due, review, feeds] = await Promise.all([
    listNewestResolutions(deps, shortListMax),
    listDocuments(deps, { ...all, statuses: ['open'], sort: 'resolve_by', filter: { resolveByGte: deps.now() } }),
    listDocuments(deps, { ...all, statuses: ['proposed', 'disputed'], sort: '-recorded_at', filter: {} }),
    listFeeds(deps, 'left out'),
  ]);
  return {
    resolutions,
    due: due.texts,
    review: review.texts,
    feeds: feeds.map(({ feed, health, keyMissing }) => ({
      slug: feed.slug,
      health,
      isPolled: feed.enabled && feed.url !== null && keyMissing === null,
    })),
  };
}
