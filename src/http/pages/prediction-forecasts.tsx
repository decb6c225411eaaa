import { type Instant, parseEffective } from '../../domain/instant.ts';
import type { ForecastView } from '../../services/scores/forecasts.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { Link, Said } from './links.tsx';
import { Section, Table } from './parts.tsx';
import { ForecastsPlot } from './plots/forecasts.tsx';
import { Time } from './time.tsx';

export type ShownForecasts = { readonly entries: readonly ForecastView[]; readonly isWhole: boolean };

/** The probabilities that predictors gave the prediction. */
export function Forecasts({
  prediction,
  forecasts: { entries, isWhole },
}: {
  readonly prediction: PredictionJson;
  readonly forecasts: ShownForecasts;
}) {
  if (entries.length === 0) return null;
  return (
    <Section id="forecasts" title="Forecasts">
      <ForecastsPlot
        forecasts={entries.map(({ forecast }) => ({
          predictorId: forecast.predictorId,
          name: forecast.predictorName,
          at: forecast.madeFrom,
          probability: forecast.probability,
        }))}
        until={endOf(prediction)}
      />
      <Table
        caption="Probabilities, in the order in which they were given"
        columns={['Given', 'By', 'Probability', 'In scores']}
        numeric={[2]}
        rows={entries.map(({ forecast, standing }) => [
          <Time at={forecast.madeAt} />,
          <Link to={`/predictors/${encodeURIComponent(forecast.predictorId)}`}>
            <Said>{forecast.predictorName}</Said>
          </Link>,
          `${Math.round(forecast.probability * 1000) / 10} %`,
          standing.replaceAll('_', ' '),
        ])}
      />
      {isWhole ? null : (
        <p class="small">
          <Link to={`/v1/predictions/${prediction.slug}/forecasts`}>All forecasts as JSON</Link>
        </p>
      )}
    </Section>
  );
}

/** When the last forecasts stopped to count: when the outcome was settled, or the moment that the page is about. */
function endOf({ resolution, as_of: stamp, evaluated_through: through, updated_at }: PredictionJson): Instant {
  const end = resolution?.effective_at ?? stamp?.at ?? through ?? updated_at;
  const from = parseEffective(end)?.from ?? Number.NEGATIVE_INFINITY;
  return Number.isFinite(from) ? from : Number.NEGATIVE_INFINITY;
}
