import { z } from '@hono/zod-openapi';
import type { Instant } from '../../domain/instant.ts';
import { listPredictorScorecards, type Scorecard } from '../../services/scores/scorecards.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { asOfField } from '../operation/fields.ts';
import { counted } from './counted.ts';
import { Link, Said } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Table } from './parts.tsx';
import { useSite } from './site.ts';
import { PastLink, PastNotice, pastQuery, TravelSection } from './travel.tsx';

/** Predictors on one page of the list. */
const listed = 50;
/** The scorecards of a past moment are computed one by one. */
const listedPast = 20;

export const predictorsPage = page({
  path: '/predictors',
  query: { as_of: asOfField, cursor: z.string().optional() },
  api: () => '/v1/predictors',
  readsKept: true,
  load: async (http, { query, listing, site }) => {
    const asOf = pastOrNow(http, query.as_of);
    const most = asOf === null ? listed : listedPast;
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, textPosition);
    const cards = await listPredictorScorecards(http.services, { asOf, after, limit: most + 1 });
    const shown = cards.slice(0, most);
    const last = shown.at(-1);
    const next = cards.length <= most || last === undefined ? null : writeCursor(listing(), last.predictor.id);
    return {
      title: 'Predictors',
      description: 'The people and organisations whose claims about AI models are recorded, with what came of them.',
      canonical: '/predictors',
      isUnlisted: after !== null || asOf !== null,
      past: asOf !== null,
      alternates: [{ path: `/v1/predictors${pastQuery(site.search)}`, type: 'application/json', title: 'JSON' }],
      ...(asOf === null ? { live: { types: predictionEvents } } : {}),
      content: <PredictorsContent cards={shown} next={next} asOf={asOf} />,
    };
  },
});

type ContentProps = {
  readonly cards: readonly Scorecard[];
  readonly next: string | null;
  readonly asOf: Instant | null;
};

function PredictorsContent({ cards, next, asOf }: ContentProps) {
  return (
    <>
      <h1>Predictors</h1>
      <PastNotice at={asOf} />
      <p class="lede">
        The people and organisations who said what AI models would do, and how often they were right. A name leads to
        their record, their scores and their claims.
      </p>
      {cards.length === 0 ? <NoPredictor /> : <PredictorTable cards={cards} next={next} />}
      <Pagination next={next} what="predictors" />
      <TravelSection at={asOf} />
    </>
  );
}

function NoPredictor() {
  return (
    <Empty title="No predictor is recorded yet">
      <p>
        <code>POST /v1/predictors</code> records one, as <Link to="/docs">the API reference</Link> shows, and a claim
        names it by <code>predictor_id</code>.
      </p>
    </Empty>
  );
}

function PredictorTable({ cards, next }: Pick<ContentProps, 'cards' | 'next'>) {
  const isAll = next === null && !useSite().search.has('cursor');
  return (
    <Table
      caption={`${counted(cards.length, 'predictor')}${isAll ? '' : ' on this page'}, in the order in which they were recorded. The Brier score rates stated probabilities: 0 is best, and always saying 50 % gives 0.25.`}
      columns={['Predictor', 'Claims', 'Came true', 'Did not', 'Not settled', 'Brier score', 'Predictions scored']}
      rows={cards.map(({ predictor, claims, score }) => [
        <PastLink to={`/predictors/${encodeURIComponent(predictor.id)}`}>
          <Said>{predictor.name}</Said>
        </PastLink>,
        claims.recorded,
        claims.outcomes.yes,
        claims.outcomes.no,
        claims.unresolved,
        score.brier === null ? '–' : score.brier.toFixed(3),
        score.predictions,
      ])}
      numeric={[1, 2, 3, 4, 5, 6]}
    />
  );
}
