import type { Instant } from '../../domain/instant.ts';
import { type ListedCase, listCases } from '../../services/cases/cases.ts';
import { listPredictionHistory } from '../../services/predictions/history.ts';
import { getPredictionProof } from '../../services/predictions/proof.ts';
import {
  type ListedStartingEvidence,
  listPredictionStartingEvidence,
} from '../../services/predictions/starting-evidence.ts';
import { listPredictionForecasts } from '../../services/scores/forecasts.ts';
import type { HttpDeps } from '../deps.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField } from '../operation/fields.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { predictionEvents } from './live.tsx';
import { oEmbedPath } from './oembed.ts';
import { page } from './page.tsx';
import { PredictionCases } from './prediction-cases.tsx';
import { Criterion } from './prediction-criterion.tsx';
import { Forecasts, type ShownForecasts } from './prediction-forecasts.tsx';
import { History, type ShownHistory } from './prediction-history.tsx';
import { readPrediction } from './prediction-json.ts';
import { ProofSection, proofEntriesMax, type ShownProof } from './prediction-proof.tsx';
import { Share } from './prediction-share.tsx';
import { Timeline } from './prediction-timeline.tsx';
import { Travel } from './prediction-travel.tsx';
import { Errata, Heading, Verdict } from './prediction-verdict.tsx';
import { searchWith } from './site.ts';
import { StartingEvidence } from './starting-evidence.tsx';
import { pastQuery } from './travel.tsx';

/** Entries of a history, and forecasts, on the page. The API has all of them. */
const historyShown = 20;
const forecastsShown = 15;
const casesShown = 20;

type Shown = {
  readonly prediction: PredictionJson;
  /** Null if it was withdrawn, or if a person answered what only a person can. */
  readonly proof: ShownProof | null;
  /** Null for a past moment: the history is of when things were recorded here, not of when they were known. */
  readonly history: ShownHistory | null;
  readonly forecasts: ShownForecasts;
  /** None for a past moment, or if there has been no case. */
  readonly cases: readonly ListedCase[];
  /** None for a past moment, or once there is a case, whose packet has it. */
  readonly evidence: readonly ListedStartingEvidence[];
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
        { path: `/v1${path}${pastQuery(site.search)}`, type: 'application/json', title: 'JSON' },
        { path: '/feeds/resolutions.atom', type: 'application/atom+xml', title: 'Resolutions as Atom' },
        { path: `/calendar.ics?q=${slug}`, type: 'text/calendar', title: 'Deadline as iCalendar' },
      ],
      oEmbed: oEmbedPath(`${site.base}${path}`),
      ...(asOf === null ? { live: { types: predictionEvents, prediction: id } } : {}),
      content: <PredictionContent {...shown} />,
    };
  },
});

async function readAround(http: HttpDeps, prediction: PredictionJson, asOf: Instant | null): Promise<Shown> {
  const { services } = http;
  const { id, resolution, status } = prediction;
  // Evidence says nothing about what only a person can answer.
  const isJudged = resolution !== null && prediction.criterion.op === 'judged';
  const [proof, history, forecasts, cases, evidence] = await Promise.all([
    status === 'withdrawn' || isJudged
      ? null
      : getPredictionProof(services, { id, resolutionId: resolution?.id ?? null, asOf }, proofEntriesMax),
    asOf === null ? listPredictionHistory(services, id, { after: null, limit: historyShown + 1 }) : null,
    listPredictionForecasts(services, id, { predictorId: null, asOf, after: null, limit: forecastsShown + 1 }),
    asOf === null && prediction.case !== null
      ? listCases(services, { prediction: id }, { after: null, limit: casesShown })
      : [],
    asOf === null && prediction.case === null ? listPredictionStartingEvidence(services, id) : [],
  ]);
  return {
    prediction,
    proof,
    history:
      history === null ? null : { entries: history.slice(0, historyShown), isWhole: history.length <= historyShown },
    forecasts: { entries: forecasts.slice(0, forecastsShown), isWhole: forecasts.length <= forecastsShown },
    cases,
    evidence,
    now: services.now(),
  };
}

function PredictionContent({ prediction, proof, history, forecasts, cases, evidence, now }: Shown) {
  return (
    <article>
      <Heading prediction={prediction} />
      <Verdict prediction={prediction} />
      <Errata errata={prediction.errata} />
      <Criterion prediction={prediction} />
      <ProofSection prediction={prediction} proof={proof} />
      <Timeline prediction={prediction} explanation={proof?.explanation ?? null} />
      <PredictionCases cases={cases} />
      <StartingEvidence items={evidence} />
      <Travel prediction={prediction} now={now} />
      <Forecasts prediction={prediction} forecasts={forecasts} />
      {history === null ? null : <History prediction={prediction} history={history} />}
      <Share prediction={prediction} />
    </article>
  );
}
