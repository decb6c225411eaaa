import { scaleLinear } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import type { Instant } from '../../../domain/instant.ts';
import { Said } from '../links.tsx';
import { coverOf, place, type Span, TimeAxis, timeScale } from './axis.tsx';
import { Figure, percent } from './figure.tsx';
import { Mark, seriesShapes } from './shape.tsx';

export type PlottedForecast = {
  readonly predictorId: string;
  readonly name: string;
  readonly at: Instant;
  readonly probability: number;
};

/** The most predictors that the plot distinguishes. Their names are below it. */
const seriesMax = seriesShapes.length;

const span: Span = { left: 13, right: 97 };
const top = 8;
const bottom = 208;

type Series = { readonly name: string; readonly points: readonly PlottedForecast[] };

/**
 * Probabilities over time, one stepped line for each predictor: each holds until its next forecast. The caller adds the table
 * of the same forecasts.
 */
export function ForecastsPlot({
  forecasts,
  until,
}: {
  /** In order of time. */
  readonly forecasts: readonly PlottedForecast[];
  /** When the last ones stopped to count: the outcome, or now. */
  readonly until: Instant;
}) {
  const series = seriesOf(forecasts);
  const shown = series.slice(0, seriesMax);
  const cover = coverOf(shown.flatMap(({ points }) => points.map(({ at }) => ({ from: at, to: Math.max(at, until) }))));
  if (cover === null) return null;
  const time = timeScale(cover, span);
  const y = (probability: number): number => bottom - probability * (bottom - top);
  return (
    <Figure
      id="forecasts-plot"
      title="Forecasts over time"
      description={`The probabilities that ${series.length === 1 ? 'one predictor' : `${series.length} predictors`} gave this prediction, from 0 to 100 %, over time. Each holds until the next.`}
      height={bottom + 28}
      caption={<Legend series={shown} of={series.length} />}
    >
      <TimeAxis ticks={time.ticks} top={top} bottom={bottom} />
      <g class="axis">
        {[0, 0.5, 1].map((probability) => (
          <>
            <line x1={place(span.left)} x2={place(span.right)} y1={y(probability)} y2={y(probability)} />
            <text x={place(span.left - 1)} y={y(probability) + 4} text-anchor="end">
              {probability * 100}
            </text>
          </>
        ))}
      </g>
      {shown.map(({ name, points }, index) => (
        <Line name={name} points={points} index={index} until={cover.to} at={time.at} />
      ))}
    </Figure>
  );
}

/** Which line is whose, and what is left out. */
function Legend({ series, of }: { readonly series: readonly Series[]; readonly of: number }) {
  return (
    <>
      {series.map(({ name }, index) => (
        <span class="legend">
          <svg width="28" height="12" aria-hidden="true" class={`plot series s${index}`}>
            <line class="steps" x1="0" x2="28" y1="6" y2="6" />
            <Mark shape={seriesShapes[index] ?? 'circle'} x={50} y={6} />
          </svg>
          <Said>{name}</Said>
        </span>
      ))}
      {of > series.length
        ? `The ${series.length} predictors with the most forecasts are drawn; the table has all ${of}.`
        : null}
    </>
  );
}

type LineProps = Series & {
  readonly index: number;
  readonly until: Instant;
  readonly at: (instant: Instant) => number;
};

function Line({ name, points, index, until, at }: LineProps) {
  const height = bottom - top;
  // In a box of 100 by 100 that is stretched to the plot, so that the path has no fixed width.
  const x = scaleLinear().domain([span.left, span.right]).range([0, 100]);
  const last = points.at(-1);
  const steps = [...points, ...(last === undefined ? [] : [{ ...last, at: until }])];
  const path = line<PlottedForecast>(
    (point) => x(at(point.at)),
    (point) => (1 - point.probability) * 100,
  )
    .curve(curveStepAfter)
    .digits(2);
  return (
    <g class={`series s${index}`}>
      <svg
        x={place(span.left)}
        y={top}
        width={place(span.right - span.left)}
        height={height}
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        overflow="visible"
        aria-hidden="true"
      >
        <path class="steps" d={path(steps)} vector-effect="non-scaling-stroke" />
      </svg>
      {points.map((point) => (
        <Mark
          shape={seriesShapes[index] ?? 'circle'}
          x={at(point.at)}
          y={top + (1 - point.probability) * height}
          label={`${name}: ${percent(point.probability)}`}
        />
      ))}
    </g>
  );
}

/** The forecasts by predictor, those with the most first. */
function seriesOf(forecasts: readonly PlottedForecast[]): Series[] {
  const byPredictor = new Map<string, PlottedForecast[]>();
  for (const forecast of forecasts) {
    const own = byPredictor.get(forecast.predictorId);
    if (own === undefined) byPredictor.set(forecast.predictorId, [forecast]);
    else own.push(forecast);
  }
  return [...byPredictor.values()]
    .map((points) => ({ name: points[0]?.name ?? '', points }))
    .sort((a, b) => b.points.length - a.points.length);
}
