import type { Instant } from '../../domain/instant.ts';
import { withCurrentIdentity } from '../../services/identity/identity.ts';
import { readDocument } from '../../services/predictions/documents.ts';
import { listPredictionHistory } from '../../services/predictions/history.ts';
import { getPrediction } from '../../services/predictions/predictions.ts';
import { getPredictionProof } from '../../services/predictions/proof.ts';
import { listPredictionForecasts } from '../../services/scores/forecasts.ts';
import type { HttpDeps } from '../deps.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField } from '../operation/fields.ts';
import { type PredictionJson, predictionToJson, stampOf } from '../predictions/json.ts';
import { page } from './page.tsx';
import { Criterion } from './prediction-criterion.tsx';
import { Forecasts, type ShownForecasts } from './prediction-forecasts.tsx';
import { History, type ShownHistory } from './prediction-history.tsx';
import { parseDocument } from './prediction-json.ts';
import { ProofSection, proofEntriesMax, type ShownProof } from './prediction-proof.tsx';
import { Share } from './prediction-share.tsx';
import { Timeline } from './prediction-timeline.tsx';
import { Travel } from './prediction-travel.tsx';
import { Errata, Heading, Verdict } from './prediction-verdict.tsx';
import { searchWith } from './site.ts';

/** Entries of a history, and forecasts, on the page. The API has all of them. */
const historyShown = 20;
const forecastsShown = 15;

type Shown = {
  readonly prediction: PredictionJson;
  /** Null if it was withdrawn. */
  readonly proof: ShownProof | null;
  /** Null for a past moment: the history is of when things were recorded here, not of when they were known. */
  readonly history: ShownHistory | null;
  readonly forecasts: ShownForecasts;
  readonly now: Instant;
};

export const predictionPage = page({
  path: '/predictions/{slug}',
  query: { as_of: asOfField },
  api: ({ slug }) => `/v1/predictions/${slug}`,
  readsKept: true,
  load: async (http, { params, query, site }) => {
    const asOf = pastOrNow(http, query.as_of);
    const prediction = await readPrediction(http, params.slug, asOf);
    const { id, slug } = prediction;
    const path = `/predictions/${slug}`;
    if (params.slug !== slug && (params.slug === id || asOf === null))
      return { movedTo: `${path}${searchWith(site.search, {})}`, isPermanent: params.slug !== id };
    const shown = await readAround(http, prediction, asOf);
    return {
      title: prediction.statement,
      description: `${prediction.outcome ?? prediction.status}. ${prediction.criterion_text}`,
      canonical: path,
      isUnlisted: asOf !== null,
      past: asOf !== null,
      image: `${path}/image.png`,
      alternates: [
        { path: `/v1${path}${searchWith(site.search, {})}`, type: 'application/json', title: 'JSON' },
        { path: '/feeds/resolutions.atom', type: 'application/atom+xml', title: 'Resolutions as Atom' },
        { path: `/calendar.ics?q=${slug}`, type: 'text/calendar', title: 'Deadline as iCalendar' },
      ],
      content: <PredictionContent {...shown} />,
    };
  },
});

/** The kept document of now, or one that is computed. */
export async function readPrediction(http: HttpDeps, slug: string, asOf: Instant | null): Promise<PredictionJson> {
  const { services } = http;
  const kept = asOf === null ? await readDocument(services.db.reads, services, slug) : null;
  if (kept !== null) return parseDocument(kept.text);
  const current = await withCurrentIdentity(services);
  return predictionToJson(await getPrediction(current, slug, asOf), stampOf(asOf, current));
}

async function readAround(http: HttpDeps, prediction: PredictionJson, asOf: Instant | null): Promise<Shown> {
  const { services } = http;
  const { id, resolution, status } = prediction;
  const [proof, history, forecasts] = await Promise.all([
    status === 'withdrawn'
      ? null
      : getPredictionProof(services, { id, resolutionId: resolution?.id ?? null, asOf }, proofEntriesMax),
    asOf === null ? listPredictionHistory(services, id, { after: null, limit: historyShown + 1 }) : null,
    listPredictionForecasts(services, id, { predictorId: null, asOf, after: null, limit: forecastsShown + 1 }),
  ]);
  return {
    prediction,
    proof,
    history:
      history === null ? null : { entries: history.slice(0, historyShown), isWhole: history.length <= historyShown },
    forecasts: { entries: forecasts.slice(0, forecastsShown), isWhole: forecasts.length <= forecastsShown },
    now: services.now(),
  };
}

function PredictionContent({ prediction, proof, history, forecasts, now }: Shown) {
  return (
    <article>
      <Heading prediction={prediction} />
      <Verdict prediction={prediction} />
      <Errata errata={prediction.errata} />
      <Criterion prediction={prediction} />
      {proof === null ? null : <ProofSection prediction={prediction} proof={proof} />}
      <Timeline prediction={prediction} explanation={proof?.explanation ?? null} />
      <Travel prediction={prediction} now={now} />
      <Forecasts prediction={prediction} forecasts={forecasts} />
      {history === null ? null : <History prediction={prediction} history={history} />}
      <Share prediction={prediction} />
    </article>
  );
}
