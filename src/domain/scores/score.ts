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

/** Sums over forecasts of one bin. Each forecast is weighted by its share of its prediction. */
export type BinSums = {
  /** The bin's number, from 0; the last includes probability 1. */
  readonly bin: number;
  readonly forecasts: number;
  /** Predictions with a forecast in this bin. */
  readonly claims: number;
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
  /** Predictions with a forecast in this range. */
  readonly predictions: number;
  /** The sum of the forecasts' shares of their predictions. */
  readonly weight: number;
  readonly forecastMean: number | null;
  readonly observed: number | null;
  /** The interval of `observed`, with the weight as the number of trials; null without forecasts. */
  readonly interval: Interval | null;
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
  /** Baseline score of Metaculus for two outcomes, from `logScore`: 0 for always forecasting 0.5, 100 is best. */
  readonly baselineScore: number | null;
  readonly calibration: readonly CalibrationBin[];
};

/** The score of sums, of which several may be of one bin; its figures are null when nothing was scored. */
export function scoreOf(sums: readonly BinSums[]): Score {
  const total = (field: Exclude<keyof BinSums, 'bin'>): number => totalOf(sums, field);
  const predictions = total('predictions');
  const logMean = predictions === 0 ? null : total('log') / predictions;
  return {
    predictions,
    forecasts: total('forecasts'),
    brier: meanOf(total('squared'), predictions),
    brierLast: meanOf(total('lastSquared'), predictions),
    logScore: logMean === null ? null : rounded(logMean),
    baselineScore: logMean === null ? null : rounded(baselineOf(logMean)),
    calibration: Array.from({ length: calibrationBins }, (_, bin) =>
      calibrationOf(
        bin,
        sums.filter((entry) => entry.bin === bin),
      ),
    ),
  };
}

function totalOf(sums: readonly BinSums[], field: Exclude<keyof BinSums, 'bin'>): number {
  return sums.reduce((sum, entry) => sum + entry[field], 0);
}

function calibrationOf(bin: number, sums: readonly BinSums[]): CalibrationBin {
  const weight = totalOf(sums, 'share');
  const outcome = totalOf(sums, 'outcome');
  return {
    from: bin / calibrationBins,
    to: (bin + 1) / calibrationBins,
    forecasts: totalOf(sums, 'forecasts'),
    predictions: totalOf(sums, 'claims'),
    weight: rounded(weight),
    forecastMean: meanOf(totalOf(sums, 'probability'), weight),
    observed: meanOf(outcome, weight),
    interval: intervalOf(outcome, weight),
  };
}

/**
 * The baseline score of a logarithmic score: 100 · log₂(p / 0.5). With probabilities of at least `logProbabilityMin` it is
 * not below about -1893. https://www.metaculus.com/help/scores-faq/#baseline-score
 */
export function baselineOf(logScore: number): number {
  return 100 * (logScore / Math.LN2 + 1);
}

/** Sums over the predictions that others forecast too. */
export type PeerSums = {
  readonly predictions: number;
  /** The sum, over the predictions, of the mean difference of the logarithms of the probability given to the outcome. */
  readonly difference: number;
};

export type PeerScore = { readonly predictions: number; readonly score: number | null };

/**
 * The peer score of Metaculus: 100 · the mean, over the others, of ln p - ln pᵢ, which is 100 · ln of p divided by the
 * geometric mean of the others. https://www.metaculus.com/help/scores-faq/#peer-score
 *
 * Each prediction counts with the mean over the time in which both the predictor and at least one other had a forecast;
 * time without others is left out, where Metaculus counts 0. All predictions weigh the same.
 */
export function peerScoreOf({ predictions, difference }: PeerSums): PeerScore {
  return { predictions, score: predictions === 0 ? null : rounded((100 * difference) / predictions) };
}

/** A number of parts of a whole; the share is null if there is no whole. */
export type Share = { readonly part: number; readonly whole: number; readonly share: number | null };

export function shareOf(part: number, whole: number): Share {
  return { part, whole, share: meanOf(part, whole) };
}

/** A range of shares from 0 to 1. */
export type Interval = { readonly low: number; readonly high: number };

/** The 97.5 % quantile of the normal distribution, for intervals that cover 95 %. */
const normalQuantile = 1.959963984540054;

/**
 * The 95 % score interval of a share: Wilson, E. B. (1927), J. Am. Stat. Assoc. 22, 209–212. Null without trials, which need
 * not be a whole number where they are weighted.
 */
export function intervalOf(successes: number, trials: number): Interval | null {
  if (trials <= 0) return null;
  const share = Math.min(Math.max(successes / trials, 0), 1);
  const square = normalQuantile ** 2 / trials;
  const middle = (share + square / 2) / (1 + square);
  const spread = (normalQuantile / (1 + square)) * Math.sqrt((share * (1 - share) + square / 4) / trials);
  return { low: rounded(Math.max(0, middle - spread)), high: rounded(Math.min(1, middle + spread)) };
}

function meanOf(sum: number, weight: number): number | null {
  return weight === 0 ? null : rounded(sum / weight);
}

/** Rounds a figure. Adding 0 turns -0 into 0. */
function rounded(value: number): number {
  return Number(value.toFixed(scoreDecimals)) + 0;
}
