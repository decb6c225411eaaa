import { z } from '@hono/zod-openapi';
import { type Instant, parseInstant } from '../../domain/instant.ts';
import { type Decider, deciders } from '../../domain/scores/decider.ts';
import type { ListQuery } from '../../services/predictions/lists.ts';
import { getPredictorScorecard, type Scorecard } from '../../services/scores/scorecards.ts';
import type { HttpDeps } from '../deps.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { placePosition, readCursor, writeCursor } from '../operation/cursor.ts';
import { asOfField } from '../operation/fields.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { counted } from './counted.ts';
import { Link, OutsideLink, Said } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Section } from './parts.tsx';
import { CalibrationPlot } from './plots/calibration.tsx';
import { readPredictions } from './prediction-json.ts';
import { PredictionList } from './prediction-list.tsx';
import { DeciderChoice, Hits, Record, Scores } from './scores.tsx';
import { PastNotice, pastQuery, TravelSection } from './travel.tsx';

/** Predictions on one page of the list. */
const listed = 20;

export const predictorPage = page({
  path: '/predictors/{id}',
  query: { as_of: asOfField, decided_by: z.enum(deciders).optional(), cursor: z.string().optional() },
  api: ({ id }) => `/v1/predictors/${id}/scorecard`,
  readsKept: true,
  load: async (http, { params, query, listing, site }) => {
    const asOf = pastOrNow(http, query.as_of);
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, placePosition);
    const decidedBy = query.decided_by ?? null;
    const card = await getPredictorScorecard(http.services, params.id, { asOf, decidedBy });
    const { predictions, next } = await listClaims(http, { predictorId: params.id, asOf, after });
    const { name } = card.predictor;
    const path = `/v1/predictors/${card.predictor.id}`;
    const past = pastQuery(site.search);
    return {
      title: name,
      description: `${name}: ${counted(card.claims.recorded, 'claim')} about AI models, ${card.claims.outcomes.yes} right and ${card.claims.outcomes.no} wrong so far.`,
      canonical: `/predictors/${card.predictor.id}`,
      isUnlisted: after !== null || asOf !== null || decidedBy !== null,
      past: asOf !== null,
      alternates: [
        {
          path: `${path}/scorecard${scorecardQuery(past, decidedBy)}`,
          type: 'application/json',
          title: 'Scorecard as JSON',
        },
        {
          path: `/v1/predictions?predictor=${card.predictor.id}${past.replace('?', '&')}`,
          type: 'application/json',
          title: 'Claims as JSON',
        },
      ],
      ...(asOf === null ? { live: { types: predictionEvents } } : {}),
      content: (
        <PredictorContent
          card={card}
          asOf={asOf}
          decidedBy={decidedBy}
          predictions={predictions}
          next={next === null ? null : writeCursor(listing(), next)}
        />
      ),
    };
  },
});

function scorecardQuery(past: string, decidedBy: Decider | null): string {
  const query = new URLSearchParams(past);
  if (decidedBy !== null) query.set('decided_by', decidedBy);
  return query.size === 0 ? '' : `?${query}`;
}

type Claims = { readonly predictorId: string } & Pick<ListQuery, 'asOf' | 'after'>;

/** The claims, the last one first. Those that were recorded by a past moment are listed from the first one on. */
async function listClaims(http: HttpDeps, { predictorId, asOf, after }: Claims) {
  const list = { filter: { predictorId }, statuses: null, outcome: null, asOf, after, limit: listed };
  if (asOf === null) return await readPredictions(http, { ...list, sort: '-recorded_at' });
  const { predictions, next } = await readPredictions(http, { ...list, sort: 'recorded_at' });
  const recorded = predictions.filter(({ recorded_at }) => (parseInstant(recorded_at) ?? asOf) <= asOf);
  return { predictions: recorded, next: recorded.length < predictions.length ? null : next };
}

type ContentProps = {
  readonly card: Scorecard;
  readonly asOf: Instant | null;
  readonly decidedBy: Decider | null;
  readonly predictions: readonly PredictionJson[];
  readonly next: string | null;
};

function PredictorContent({ card, asOf, decidedBy, predictions, next }: ContentProps) {
  const { predictor, claims, forecasts, score } = card;
  const isNew =
    decidedBy === null &&
    claims.recorded === 0 &&
    claims.selfStated === 0 &&
    Object.values(forecasts).every((count) => count === 0);
  return (
    <>
      <h1>
        <Said>{predictor.name}</Said>
      </h1>
      <PastNotice at={asOf} />
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
          <DeciderChoice chosen={decidedBy} />
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
              <PredictionList predictions={predictions} isOfOne />
            )}
            <Pagination next={next} what="claims" />
          </Section>
          <TravelSection at={asOf} />
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
