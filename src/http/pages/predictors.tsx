import { z } from '@hono/zod-openapi';
import { listPredictorScorecards, type Scorecard } from '../../services/scores/scorecards.ts';
import { readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { counted } from './counted.ts';
import { Link, Said } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Table } from './parts.tsx';

/** Predictors on one page of the list. */
const listed = 50;

export const predictorsPage = page({
  path: '/predictors',
  query: { cursor: z.string().optional() },
  api: () => '/v1/predictors',
  readsKept: true,
  load: async ({ services }, { query, listing }) => {
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, textPosition);
    const cards = await listPredictorScorecards(services, { after, limit: listed + 1 });
    const shown = cards.slice(0, listed);
    const last = shown.at(-1);
    const next = cards.length <= listed || last === undefined ? null : writeCursor(listing(), last.predictor.id);
    return {
      title: 'Predictors',
      description: 'The people and organisations whose claims about AI models are recorded, with what came of them.',
      canonical: '/predictors',
      isUnlisted: after !== null,
      alternates: [{ path: '/v1/predictors', type: 'application/json', title: 'JSON' }],
      live: { types: predictionEvents },
      content: <PredictorsContent cards={shown} next={next} />,
    };
  },
});

type ContentProps = { readonly cards: readonly Scorecard[]; readonly next: string | null };

function PredictorsContent({ cards, next }: ContentProps) {
  return (
    <>
      <h1>Predictors</h1>
      <p class="lede">
        Who said it: the people and organisations whose claims are recorded, and how often they were right. A name leads
        to their record, their scores and their claims.
      </p>
      {cards.length === 0 ? <NoPredictor /> : <PredictorTable cards={cards} />}
      <Pagination next={next} what="predictors" />
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

function PredictorTable({ cards }: Pick<ContentProps, 'cards'>) {
  return (
    <Table
      caption={`${counted(cards.length, 'predictor')} in the order in which they were recorded. A Brier score of 0 is best, and always saying 50 % gives 0.25.`}
      columns={['Predictor', 'Claims', 'Came true', 'Did not', 'Not settled', 'Brier score', 'of predictions']}
      rows={cards.map(({ predictor, claims, score }) => [
        <Link to={`/predictors/${encodeURIComponent(predictor.id)}`}>
          <Said>{predictor.name}</Said>
        </Link>,
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
