import type { Interval, Score } from '../../../domain/scores/score.ts';
import { place, type Span, shareScale } from './axis.tsx';
import { Figure, type PlotTable, percent } from './figure.tsx';
import { Mark } from './shape.tsx';

const span: Span = { left: 13, right: 97 };
const top = 8;
const bottom = 248;
const ticks = [0, 0.25, 0.5, 0.75, 1];

type Bin = Pick<Score['calibration'][number], 'from' | 'to' | 'forecasts' | 'predictions'> & {
  readonly forecastMean: number;
  readonly observed: number;
  readonly interval: Interval;
};

/** How often the outcome was yes, for each range of stated probabilities, with the interval that the number of claims allows. */
export function CalibrationPlot({ score }: { readonly score: Score }) {
  const bins = score.calibration.flatMap(({ forecastMean, observed, interval, ...bin }) =>
    forecastMean === null || observed === null || interval === null
      ? []
      : [{ ...bin, forecastMean, observed, interval }],
  );
  if (bins.length === 0) return null;
  return (
    <Figure
      id="calibration-plot"
      title="Calibration"
      description={describe(score, bins.length)}
      height={bottom + 44}
      caption="Right on the dashed line, as many claims came true as were said to. Vertical lines are 95 % Wilson intervals: the fewer claims, the longer."
      table={tableOf(bins)}
    >
      <Axes />
      <line class="ideal" x1={place(x(0))} y1={y(0)} x2={place(x(1))} y2={y(1)} />
      {bins.map((bin) => (
        <BinMark bin={bin} />
      ))}
    </Figure>
  );
}

const x = shareScale(span);
const y = (share: number): number => bottom - share * (bottom - top);

function Axes() {
  return (
    <g class="axis">
      {ticks.map((share) => (
        <>
          <line x1={place(span.left)} x2={place(span.right)} y1={y(share)} y2={y(share)} />
          <text x={place(span.left - 1)} y={y(share) + 4} text-anchor="end">
            {share * 100}
          </text>
          <text x={place(x(share))} y={bottom + 18} text-anchor={share === 1 ? 'end' : 'middle'}>
            {percent(share)}
          </text>
        </>
      ))}
      <text x={place((span.left + span.right) / 2)} y={bottom + 38} text-anchor="middle">
        stated probability
      </text>
    </g>
  );
}

function BinMark({ bin: { forecastMean, observed, interval, predictions } }: { readonly bin: Bin }) {
  const at = x(forecastMean);
  const label = `Stated ${percent(forecastMean)}, came true ${percent(observed)}, n = ${predictions}`;
  return (
    <>
      <line class="interval" x1={place(at)} x2={place(at)} y1={y(interval.low)} y2={y(interval.high)} />
      <Mark shape="circle" x={at} y={y(observed)} label={label} />
    </>
  );
}

function tableOf(bins: readonly Bin[]): PlotTable {
  return {
    columns: ['Stated', 'Predictions', 'Forecasts', 'Mean stated', 'Came true', '95 % interval'],
    rows: bins.map((bin) => [
      `${percent(bin.from)} to ${percent(bin.to)}`,
      String(bin.predictions),
      String(bin.forecasts),
      percent(bin.forecastMean),
      percent(bin.observed),
      `${percent(bin.interval.low)} to ${percent(bin.interval.high)}`,
    ]),
    numeric: [1, 2, 3, 4, 5],
  };
}

function describe({ predictions, forecasts }: Score, ranges: number): string {
  const s = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  return `The share of claims that came true against the probability that was stated, for ${s(forecasts, 'forecast')} of ${s(predictions, 'prediction')} in ${s(ranges, 'range')} of probability.`;
}
