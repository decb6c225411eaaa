import { z } from '@hono/zod-openapi';
import type { Instant } from '../../domain/instant.ts';
import {
  type BoardOverview,
  countPredictionsByStatus,
  getBoardOverview,
  type PredictionCounts,
} from '../../services/predictions/board.ts';
import type { ListQuery } from '../../services/predictions/lists.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { placePosition, readCursor, writeCursor } from '../operation/cursor.ts';
import { asOfField } from '../operation/fields.ts';
import { predictionFilterOf } from '../predictions/filter.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { boardFields, FilterForm } from './board-filters.tsx';
import { Overview } from './board-overview.tsx';
import { Link } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Section } from './parts.tsx';
import { readPredictions } from './prediction-json.ts';
import { PredictionList } from './prediction-list.tsx';
import { searchWith } from './site.ts';
import { type Mark, StatusMark } from './status.tsx';
import { PastNotice, TravelSection } from './travel.tsx';

/** Predictions on one page of the board. */
const listed = 25;

type Board = {
  /** Of now. */
  readonly counts: PredictionCounts;
  readonly asOf: Instant | null;
  /** Null if the list is filtered or continued, or of a past moment. */
  readonly overview: BoardOverview | null;
  readonly vendors: readonly string[];
  readonly predictions: readonly PredictionJson[];
  readonly next: string | null;
  readonly isFiltered: boolean;
};

export const boardPage = page({
  path: '/',
  api: () => '/v1/predictions',
  query: { ...boardFields, as_of: asOfField, cursor: z.string().optional() },
  lists: ['status'],
  readsKept: true,
  load: async (http, { query, listing, site }) => {
    const { services } = http;
    const asOf = pastOrNow(http, query.as_of);
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, placePosition);
    const { as_of: _moment, ...filters } = query;
    const isFiltered = Object.values(filters).some((value) => value !== undefined);
    const list: ListQuery = {
      filter: predictionFilterOf(query),
      statuses: query.status ?? null,
      outcome: query.outcome ?? null,
      asOf,
      after,
      sort: query.sort ?? '-recorded_at',
      limit: listed,
    };
    const [counts, overview, { predictions, next }] = await Promise.all([
      countPredictionsByStatus(services),
      isFiltered || asOf !== null ? null : getBoardOverview(services),
      readPredictions(http, list),
    ]);
    const board: Board = {
      ...{ counts, asOf, overview, isFiltered, predictions },
      vendors: [...services.identity.vendors].sort(),
      next: next === null ? null : writeCursor(listing(), next),
    };
    const apiQuery = searchWith(site.search, { cursor: null });
    return {
      title: 'Predictions about AI models',
      description:
        'Predictions about AI models: what was said and by whom, what came of each, and the evidence for it.',
      canonical: '/',
      isUnlisted: isFiltered || asOf !== null,
      past: asOf !== null,
      alternates: [
        { path: `/v1/predictions${apiQuery}`, type: 'application/json', title: 'JSON' },
        { path: '/feeds/resolutions.atom', type: 'application/atom+xml', title: 'Resolutions as Atom' },
        { path: '/feeds/resolutions.json', type: 'application/feed+json', title: 'Resolutions as JSON Feed' },
        { path: '/calendar.ics', type: 'text/calendar', title: 'Calendar of deadlines' },
      ],
      ...(asOf === null ? { live: { types: predictionEvents } } : {}),
      content: <BoardContent {...board} />,
    };
  },
});

function BoardContent({ counts, asOf, overview, vendors, predictions, next, isFiltered }: Board) {
  const isNew = counts.total === 0;
  return (
    <>
      <h1>Predictions about AI models</h1>
      <PastNotice at={asOf} />
      <p class="lede">
        Each states what would make it right or wrong. Outturn reads what vendors and catalogues publish, settles the
        prediction when the evidence suffices, and shows the proof.
      </p>
      {isNew ? <NothingRecorded /> : asOf === null ? <Glance counts={counts} /> : null}
      {overview === null ? null : <Overview overview={overview} isNew={isNew} />}
      {isNew ? null : (
        <Section id="predictions" title={isFiltered ? 'Predictions that match' : 'All predictions'}>
          <FilterForm vendors={vendors} />
          {predictions.length === 0 ? <NothingFound /> : <PredictionList predictions={predictions} />}
          <Pagination next={next} what="predictions" />
        </Section>
      )}
      {isNew ? null : <TravelSection at={asOf} />}
    </>
  );
}

/** The marks in the order in which readers look for them, and the query that lists each. */
const glance: readonly { readonly mark: Exclude<Mark, 'undetermined'>; readonly query: string }[] = [
  { mark: 'yes', query: 'outcome=yes' },
  { mark: 'no', query: 'outcome=no' },
  { mark: 'open', query: 'status=open' },
  { mark: 'proposed', query: 'status=proposed' },
  { mark: 'disputed', query: 'status=disputed' },
  { mark: 'ambiguous', query: 'outcome=ambiguous' },
  { mark: 'annulled', query: 'outcome=annulled' },
  { mark: 'withdrawn', query: 'status=withdrawn' },
];

function Glance({ counts }: Pick<Board, 'counts'>) {
  return (
    <nav aria-label="Predictions by status">
      <ul class="glance">
        {glance.map(({ mark, query }) => {
          const count = counts[mark];
          return count === 0 ? null : (
            <li>
              <Link to={`/?${query}`} class="glance-link">
                <span class="count">{count.toLocaleString('en')}</span>
                <StatusMark mark={mark} />
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function NothingRecorded() {
  return (
    <Empty title="No prediction has been recorded yet">
      <p>
        Record one with <code>POST /v1/predictions</code>, as <Link to="/docs">the API reference</Link> shows, or a
        whole article with <code>outturn seed article.json</code>: <Link to="/docs/guides/seed">Seed files</Link>.{' '}
        <Link to="/docs/guides/criteria">Criteria</Link> explains how to state what would settle a claim.
      </p>
    </Empty>
  );
}

function NothingFound() {
  return (
    <Empty title="No prediction matches">
      <p>
        The search looks for the text in statements and slugs. Remove a filter, or{' '}
        <Link to="/">show all predictions</Link>.
      </p>
    </Empty>
  );
}
