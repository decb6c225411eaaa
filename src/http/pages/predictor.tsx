import { z } from '@hono/zod-openapi';
import { listDocuments } from '../../services/predictions/lists.ts';
import { getPredictorScorecard, type Scorecard } from '../../services/scores/scorecards.ts';
import { placePosition, readCursor, writeCursor } from '../operation/cursor.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { counted } from './counted.ts';
import { Link, OutsideLink, Said } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Section } from './parts.tsx';
import { CalibrationPlot } from './plots/calibration.tsx';
import { parseDocument } from './prediction-json.ts';
import { PredictionList } from './prediction-list.tsx';
import { Hits, Record, Scores } from './scores.tsx';

/** Predictions on one page of the list. */
const listed = 20;

export const predictorPage = page({
  path: '/predictors/{id}',
  query: { cursor: z.string().optional() },
  api: ({ id }) => `/v1/predictors/${id}/scorecard`,
  readsKept: true,
  load: async ({ services }, { params, query, listing }) => {
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, placePosition);
    const card = await getPredictorScorecard(services, params.id, null);
    const { texts, next } = await listDocuments(services, {
      filter: { predictorId: params.id },
      statuses: null,
      outcome: null,
      after,
      sort: '-recorded_at',
      limit: listed,
    });
    const { name } = card.predictor;
    return {
      title: name,
      description: `${name}: ${counted(card.claims.recorded, 'claim')} about AI models, ${card.claims.outcomes.yes} right and ${card.claims.outcomes.no} wrong so far.`,
      canonical: `/predictors/${card.predictor.id}`,
      isUnlisted: after !== null,
      alternates: [
        { path: `/v1/predictors/${card.predictor.id}/scorecard`, type: 'application/json', title: 'Scorecard as JSON' },
        { path: `/v1/predictions?predictor=${card.predictor.id}`, type: 'application/json', title: 'Claims as JSON' },
      ],
      live: { types: predictionEvents },
      content: (
        <PredictorContent
          card={card}
          predictions={texts.map(parseDocument)}
          next={next === null ? null : writeCursor(listing(), next)}
        />
      ),
    };
  },
});

type ContentProps = {
  readonly card: Scorecard;
  readonly predictions: readonly PredictionJson[];
  readonly next: string | null;
};

function PredictorContent({ card, predictions, next }: ContentProps) {
  const { predictor, claims, forecasts, score } = card;
  const isNew = claims.recorded === 0 && Object.values(forecasts).every((count) => count === 0);
  return (
    <>
      <h1>
        <Said>{predictor.name}</Said>
      </h1>
      {predictor.url === null ? null : (
        <p>
          <OutsideLink href={predictor.url}>
            <Said>{predictor.url}</Said>
          </OutsideLink>
        </p>
      )}
      {isNew ? (
        <NothingSaid id={predictor.id} />
      ) : (
        <>
          <Section id="record" title="Record">
            <Record card={card} />
          </Section>
          <Section id="plain" title="Claims without a probability">
            <Hits card={card} />
          </Section>
          <Section id="scores" title="Probabilities">
            <Scores card={card} />
            <CalibrationPlot score={score} />
          </Section>
          <Section id="claims" title="Claims">
            {predictions.length === 0 ? (
              <p class="muted">No claim has this predictor; it gave probabilities to claims of others.</p>
            ) : (
              <PredictionList predictions={predictions} />
            )}
            <Pagination next={next} what="claims" />
          </Section>
        </>
      )}
    </>
  );
}

function NothingSaid({ id }: { readonly id: string }) {
  return (
    <Empty title="Nothing is recorded of this predictor">
      <p>
        A claim names its predictor by <code>"predictor_id": "{id}"</code>, and so does a forecast of any claim:{' '}
        <Link to="/docs/guides/forecasts">Forecasts and scores</Link>.
      </p>
    </Empty>
  );
}
