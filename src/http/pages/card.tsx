import type { PredictionJson } from '../predictions/json.ts';
import { shorten } from './layout.tsx';
import { Link, Said } from './links.tsx';
import { page } from './page.tsx';
import { readPrediction } from './prediction-json.ts';
import { Reason } from './sentence.tsx';
import { searchWith } from './site.ts';
import { markOf, StatusMark } from './status.tsx';
import { Time } from './time.tsx';

/** The size of the frame that oEmbed and the snippet ask for, in CSS pixels. */
export const cardWidthPx = 480;
export const cardHeightPx = 220;

const statementCharsMax = 220;
const reasonCharsMax = 160;

/** A prediction as a card that other sites can frame. */
export const cardPage = page({
  path: '/embed/{slug}',
  api: ({ slug }) => `/v1/predictions/${slug}`,
  readsKept: true,
  load: async (http, { params, site }) => {
    const prediction = await readPrediction(http, params.slug, null);
    const { id, slug } = prediction;
    if (params.slug !== slug)
      return { movedTo: `/embed/${slug}${searchWith(site.search, {})}`, isPermanent: params.slug !== id };
    return {
      title: prediction.statement,
      description: prediction.criterion_text,
      canonical: `/predictions/${slug}`,
      isUnlisted: true,
      isCard: true,
      content: <Card prediction={prediction} />,
    };
  },
});

function Card({ prediction }: { readonly prediction: PredictionJson }) {
  const { slug, statement, predictor, made_at, resolution, leaning, standing } = prediction;
  const text = resolution?.reason ?? leaning?.text ?? standing;
  return (
    <article>
      <h1 class="card-claim">
        <Link to={`/predictions/${slug}`} class="statement-link" target="_blank" rel="noopener">
          <Said>{shorten(statement, statementCharsMax)}</Said>
        </Link>
      </h1>
      <p class="meta">
        <StatusMark mark={markOf(prediction)} />
        {predictor === null ? null : <Said>{shorten(predictor.name, 60)}</Said>}
        <span>
          made <Time at={made_at} />
        </span>
      </p>
      {text === null ? null : (
        <p class="what-came">
          <Reason decidedBy={resolution?.decided_by ?? 'resolver'}>{shorten(text, reasonCharsMax)}</Reason>
        </p>
      )}
      <p class="card-foot">Outturn keeps score on predictions about AI models.</p>
    </article>
  );
}
