/**
 * How forecasts are scored. A prediction that came out yes counts 1, one that came out no 0, and nothing else is scored.
 *
 * The rule is called `time_weighted`: each forecast of a predictor counts for the time it stood, from when it was made to the
 * next one or to what settled the prediction; together the forecasts of one prediction weigh one, and all predictions weigh alike.
 */
export const scoringRule = 'time_weighted';

/** The logarithmic score takes no probability for smaller, since that of what was called impossible has none. */
export const logProbabilityMin = 1e-6;

/** Ranges of probability of equal width in which calibration is told. */
export const calibrationBins = 10;

/** Decimals of a score: what lies behind them depends on the order of summation. */
const scoreDecimals = 6;

/** Sums over the forecasts of one range of probability; each forecast counts with its share of its prediction. */
export type BinSums = {
  /** From 0; certainty belongs to the last. */
  readonly bin: number;
  readonly forecasts: number;
  /** Predictions whose last forecast is in here. */
  readonly predictions: number;
  readonly share: number;
  readonly probability: number;
  readonly outcome: number;
  /** Squares of the distance from the outcome. */
  readonly squared: number;
  /** Natural logarithms of the probability given to what happened. */
  readonly log: number;
  /** Squares of the distance of the last forecast of each prediction. */
  readonly lastSquared: number;
};

export type CalibrationBin = {
  readonly from: number;
  readonly to: number;
  readonly forecasts: number;
  /** How many predictions' worth of forecasts. */
  readonly weight: number;
  readonly forecastMean: number | null;
  readonly observed: number | null;
};

export type Score = {
  readonly predictions: number;
  readonly forecasts: number;
  /** Brier, G. W. (1950), Monthly Weather Review 78, 1–3, for one of two outcomes: (p − o)², from 0 (best) to 1. */
  readonly brier: number | null;
  /** The same of the last forecast of each prediction alone. */
  readonly brierLast: number | null;
  /** Good, I. J. (1952), J. R. Stat. Soc. B 14, 107–114: ln of the probability given to what happened; 0 is best. */
  readonly logScore: number | null;
  readonly calibration: readonly CalibrationBin[];
};

/** The score that sums by range come to; null where nothing was scored. */
export function scoreOf(sums: readonly BinSums[]): Score {
  const total = (field: Exclude<keyof BinSums, 'bin'>): number => sums.reduce((sum, bin) => sum + bin[field], 0);
  const predictions = total('predictions');
  return {
    predictions,
    forecasts: total('forecasts'),
    brier: meanOf(total('squared'), predictions),
    brierLast: meanOf(total('lastSquared'), predictions),
    logScore: meanOf(total('log'), predictions),
    calibration: Array.from({ length: calibrationBins }, (_, bin) => {
      const found = sums.find((entry) => entry.bin === bin);
      const weight = found?.share ?? 0;
      return {
        from: bin / calibrationBins,
        to: (bin + 1) / calibrationBins,
        forecasts: found?.forecasts ?? 0,
        weight: rounded(weight),
        forecastMean: meanOf(found?.probability ?? 0, weight),
        observed: meanOf(found?.outcome ?? 0, weight),
      };
    }),
  };
}

/** The share of right ones; null of none. */
export function hitRateOf(right: number, wrong: number): number | null {
  return meanOf(right, right + wrong);
}

function meanOf(sum: number, weight: number): number | null {
  return weight === 0 ? null : rounded(sum / weight);
}

/** Without the sign of a zero. */
function rounded(value: number): number {
  return Number(value.toFixed(scoreDecimals)) + 0;
}
