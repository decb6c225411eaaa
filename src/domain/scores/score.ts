/**
 * How forecasts are scored. The outcome yes counts as 1 and no as 0; other outcomes are not scored.
 *
 * The rule is `time_weighted`: the weight of a forecast is how long it was the predictor's latest, from when it was
 * made until the next one or until the prediction was settled. The weights of all forecasts of a prediction add up to
 * 1, so all predictions weigh the same.
 */
export const scoringRule = 'time_weighted';

/** Smaller probabilities are replaced by this one in the logarithmic score, which is unbounded at zero. */
export const logProbabilityMin = 1e-6;

/** The number of bins of equal width in a calibration. */
export const calibrationBins = 10;

/** Decimals of a score. Further decimals would depend on the order of summation. */
const scoreDecimals = 6;

/** Sums over the forecasts of one bin. Each forecast is weighted by its share of its prediction. */
export type BinSums = {
  /** The bin's number, from 0; the last includes probability 1. */
  readonly bin: number;
  readonly forecasts: number;
  /** Predictions whose last forecast is in this bin. */
  readonly predictions: number;
  readonly share: number;
  readonly probability: number;
  readonly outcome: number;
  /** Sum of the squared differences from the outcome. */
  readonly squared: number;
  /** Sum of the natural logarithms of the probability given to the actual outcome. */
  readonly log: number;
  /** As `squared`, but only for the last forecast of each prediction. */
  readonly lastSquared: number;
};

export type CalibrationBin = {
  readonly from: number;
  readonly to: number;
  readonly forecasts: number;
  /** The sum of the forecasts' shares of their predictions. */
  readonly weight: number;
  readonly forecastMean: number | null;
  readonly observed: number | null;
};

export type Score = {
  readonly predictions: number;
  readonly forecasts: number;
  /** Brier, G. W. (1950), Monthly Weather Review 78, 1–3, for one of two outcomes: (p − o)², from 0 (best) to 1. */
  readonly brier: number | null;
  /** The Brier score of the last forecast of each prediction. */
  readonly brierLast: number | null;
  /** Good, I. J. (1952), J. R. Stat. Soc. B 14, 107–114: ln of the probability given to the actual outcome; 0 is best. */
  readonly logScore: number | null;
  readonly calibration: readonly CalibrationBin[];
};

/** The score of the sums by bin; its figures are null when nothing was scored. */
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

/** The share of right predictions; null when there are none. */
export function hitRateOf(right: number, wrong: number): number | null {
  return meanOf(right, right + wrong);
}

function meanOf(sum: number, weight: number): number | null {
  return weight === 0 ? null : rounded(sum / weight);
}

/** Rounds a figure. Adding 0 turns -0 into 0. */
function rounded(value: number): number {
  return Number(value.toFixed(scoreDecimals)) + 0;
}
