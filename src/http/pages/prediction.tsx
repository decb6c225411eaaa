import { withCurrentIdentity } from '../../services/identity/identity.ts';
import { readDocument } from '../../services/predictions/documents.ts';
import { getPrediction } from '../../services/predictions/predictions.ts';
import type { HttpDeps } from '../deps.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField } from '../operation/fields.ts';
import { type PredictionJson, predictionToJson, stampOf } from '../predictions/json.ts';
import { Link, OutsideLink, Said } from './links.tsx';
import { page } from './page.tsx';
import { Facts, Section, Table } from './parts.tsx';
import { parseDocument } from './prediction-json.ts';
import { searchWith } from './site.ts';
import { markOf, StatusMark } from './status.tsx';
import { Time } from './time.tsx';

export const predictionPage = page({
  path: '/predictions/{slug}',
  query: { as_of: asOfField },
  api: ({ slug }) => `/v1/predictions/${slug}`,
  readsKept: true,
  load: async (http, { params, query, site }) => {
    const asOf = pastOrNow(http, query.as_of);
    const prediction = await readPrediction(http, params.slug, asOf);
    const path = `/predictions/${prediction.slug}`;
    if (asOf === null && params.slug !== prediction.slug)
      return { movedTo: `${path}${searchWith(site.search, {})}`, isPermanent: !params.slug.startsWith('pred_') };
    return {
      title: prediction.statement,
      description: prediction.criterion_text,
      canonical: path,
      isUnlisted: asOf !== null,
      past: asOf !== null,
      alternates: [{ path: `/v1${path}`, type: 'application/json', title: 'JSON' }],
      content: <PredictionContent prediction={prediction} />,
    };
  },
});

async function readPrediction(http: HttpDeps, slug: string, asOf: number | null): Promise<PredictionJson> {
  const { services } = http;
  const kept = asOf === null ? await readDocument(services.db.reads, services, slug) : null;
  if (kept !== null) return parseDocument(kept.text);
  const current = await withCurrentIdentity(services);
  return predictionToJson(await getPrediction(current, slug, asOf), stampOf(asOf, services));
}

function PredictionContent({ prediction }: { readonly prediction: PredictionJson }) {
  const { source, predictor, resolution } = prediction;
  return (
    <>
      <h1>
        <Said>{prediction.statement}</Said>
      </h1>
      <StatusMark mark={markOf(prediction)} />
      <Facts
        facts={[
          [
            'Predictor',
            predictor === null ? null : (
              <Link to={`/predictors/${predictor.id}`}>
                <Said>{predictor.name}</Said>
              </Link>
            ),
          ],
          ['Made', <Time at={prediction.made_at} />],
          [
            'Source',
            source === null ? null : (
              <OutsideLink href={source.url}>
                <Said>{source.title}</Said>
              </OutsideLink>
            ),
          ],
        ]}
      />
      <Section id="criterion" title="Criterion">
        <p>{prediction.criterion_text}</p>
      </Section>
      {resolution === null ? null : (
        <Table
          caption="Resolution"
          columns={['Outcome', 'Effective', 'Reason']}
          rows={[[resolution.outcome, <Time at={resolution.effective_at} />, <Said>{resolution.reason}</Said>]]}
        />
      )}
    </>
  );
}
