import { z } from '@hono/zod-openapi';
import { deciders } from '../../domain/scores/decider.ts';
import type { Score } from '../../domain/scores/score.ts';
import { calibrationBins, logProbabilityMin, scoringRule } from '../../domain/scores/score.ts';
import { getPredictorScorecard, type Hits, type Scorecard } from '../../services/scores/scorecards.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField, probabilityField } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { predictorExample, scorecardExample } from '../predictions/examples.ts';
import { stampOf, stampSchema } from '../predictions/json.ts';

const count = (description: string, example: number) => z.int().min(0).meta({ description, example });
/** Where the baseline and the peer score are defined. */
const metaculus = 'https://www.metaculus.com/help/scores-faq/';
/** A fraction; null if there is nothing to divide by. */
const share = (description: string, example: number) =>
  z.number().min(0).max(1).nullable().meta({ description, example });

const intervalSchema = z
  .object({
    low: z.number().min(0).max(1).meta({ description: 'Lower bound.', example: 0.35 }),
    high: z.number().min(0).max(1).meta({ description: 'Upper bound.', example: 0.99 }),
  })
  .meta({ id: 'Interval', description: '95 % Wilson interval of a share.' });

const binSchema = z
  .object({
    from: probabilityField.meta({ description: 'Lower bound of the probability, inclusive.', example: 0.8 }),
    to: probabilityField.meta({ description: 'Upper bound, exclusive except in the last range.', example: 0.9 }),
    forecasts: count('Number of forecasts in this range.', 3),
    predictions: count('Number of predictions that they are of.', 2),
    weight: z
      .number()
      .min(0)
      .meta({ description: 'Total weight of the forecasts; each prediction has weight 1.', example: 1.5 }),
    forecast_mean: share('Weighted mean probability of the forecasts in this range. Null if there are none.', 0.85),
    observed: share(
      'Weighted share of the forecasts in this range whose outcome was yes, from 0 to 1. Null if there are none.',
      0.9,
    ),
    interval: intervalSchema
      .nullable()
      .meta({ description: '95 % Wilson interval of `observed`, with `weight` as the number of trials.' }),
  })
  .meta({
    id: 'CalibrationBin',
    description: 'Forecasts within a range of probabilities, and how often the outcome was yes.',
  });

const scoreSchema = z
  .object({
    predictions: count('Number of scored predictions.', 12),
    forecasts: count('Number of scored forecasts.', 30),
    brier: share(
      'Brier score: the mean of (p − o)², each forecast weighted by how long it was current. 0 is best; always forecasting 0.5 scores 0.25. Null if nothing is scored.',
      0.12,
    ),
    brier_last: share('The Brier score of only the last forecast of each prediction.', 0.1),
    log_score: z
      .number()
      .max(0)
      .nullable()
      .meta({
        description: `Logarithmic score: the mean natural logarithm of the probability given to the outcome, weighted as in \`brier\`. 0 is best. Probabilities below ${logProbabilityMin} count as ${logProbabilityMin}.`,
        example: -0.38,
      }),
    baseline_score: z
      .number()
      .max(100)
      .nullable()
      .meta({
        description: `[Baseline score](${metaculus}#baseline-score): 100 · log2(p / 0.5), weighted as in \`brier\`. 100 is best; always forecasting 0.5 scores 0.`,
        example: 45.2,
      }),
    calibration: z
      .array(binSchema)
      .min(calibrationBins)
      .max(calibrationBins)
      .meta({ description: `Calibration in ${calibrationBins} ranges of probability of equal width.` }),
  })
  .meta({ id: 'Score', description: 'Accuracy of the probabilities.' });

const hitsSchema = z
  .object({
    right: count('Claims with outcome yes.', 7),
    wrong: count('Claims with outcome no.', 3),
    hit_rate: share('Share of the claims that were right. Null if there are none.', 0.7),
    interval: intervalSchema.nullable().meta({ description: '95 % Wilson interval of `hit_rate`.' }),
  })
  .meta({ id: 'Hits', description: 'Number of claims with outcome yes and no.' });

const scorecardSchema = z
  .object({
    predictor: z
      .object({
        id: z.string().meta({ description: 'Id of the predictor.', example: predictorExample.id }),
        name: z.string().meta({ description: 'Name of the predictor.', example: predictorExample.name }),
      })
      .meta({ description: 'The predictor.' }),
    claims: z
      .object({
        recorded: count('Predictions by this predictor.', 40),
        unresolved: count('Predictions that are neither resolved nor withdrawn.', 12),
        overdue: count('Predictions of `unresolved` whose deadline has passed.', 1),
        disputed: count('Resolved predictions that later evidence contradicts.', 1),
        withdrawn: count('Predictions that were withdrawn before anything was known about their outcome.', 0),
        yes: count('Predictions with outcome yes.', 14),
        no: count('Predictions with outcome no.', 11),
        ambiguous: count('Predictions with outcome ambiguous.', 2),
        annulled: count('Predictions with outcome annulled.', 1),
        hindsight: count('Resolved predictions that were recorded in hindsight.', 0),
        self_stated: count('Predictions that are left out of all other figures, because they are `self_stated`.', 0),
      })
      .meta({ description: 'Claims of the predictor by outcome, including those in hindsight.' }),
    coverage: z
      .object({
        resolved: count('Claims with outcome yes or no, recorded before that was settled.', 20),
        forecast: count('Those of them with a forecast in `score`.', 12),
        share: share('`forecast` / `resolved`.', 0.6),
      })
      .meta({ description: 'How much of its claims `score` covers.' }),
    plain_claims: hitsSchema.meta({
      description: 'Claims without a probability. A claim is right if its outcome is yes.',
    }),
    plain_claims_hindsight: hitsSchema.meta({
      description: 'The counts of `plain_claims`, for claims recorded in hindsight.',
    }),
    forecasts: z
      .object({
        waiting: count('Forecasts of unresolved predictions.', 6),
        unanswered: count('Forecasts of predictions that were withdrawn or have the outcome ambiguous or annulled.', 2),
        other_criterion: count('Forecasts about a different version of the criterion than the resolved one.', 0),
        too_late: count('Forecasts not made entirely before the deciding event.', 1),
        hindsight: count(
          'Forecasts recorded after the deciding event had happened or was known. Part of `hindsight_score`.',
          4,
        ),
        scored: count('Forecasts that are part of `score`.', 30),
      })
      .meta({ description: 'Forecasts of the predictor, of any prediction, by whether they are scored.' }),
    rule: z.literal(scoringRule).meta({
      description:
        'How forecasts of one prediction are weighted: by how long each was current, from when it was made until the next forecast or the deciding event. All predictions have the same weight.',
      example: scoringRule,
    }),
    score: scoreSchema,
    peer_score: z
      .object({
        predictions: count('Scored predictions that others forecast too.', 5),
        score: z.number().nullable().meta({ description: 'The mean over them.', example: 12.5 }),
      })
      .meta({
        description: `[Peer score](${metaculus}#peer-score): 100 · the mean of ln p − ln pᵢ over the other forecasters, while both stood. Above 0 is better than the others.`,
      }),
    hindsight_score: scoreSchema.meta({
      description: 'The figures of `score`, for forecasts recorded in hindsight. Not comparable with `score`.',
    }),
    as_of: stampSchema.nullable().meta({
      description: 'The moment and the versions of the evaluation if the request has `as_of`; otherwise null.',
    }),
  })
  .meta({ id: 'Scorecard', description: 'Results of a predictor.' });

function scoreToJson(score: Score): z.infer<typeof scoreSchema> {
  return {
    predictions: score.predictions,
    forecasts: score.forecasts,
    brier: score.brier,
    brier_last: score.brierLast,
    log_score: score.logScore,
    baseline_score: score.baselineScore,
    calibration: score.calibration.map((bin) => ({
      from: bin.from,
      to: bin.to,
      forecasts: bin.forecasts,
      predictions: bin.predictions,
      weight: bin.weight,
      forecast_mean: bin.forecastMean,
      observed: bin.observed,
      interval: bin.interval,
    })),
  };
}

function hitsToJson({ right, wrong, hitRate, interval }: Hits): z.infer<typeof hitsSchema> {
  return { right, wrong, hit_rate: hitRate, interval };
}

function scorecardToJson(card: Scorecard, stamp: ReturnType<typeof stampOf>): z.infer<typeof scorecardSchema> {
  const { outcomes, selfStated, ...claims } = card.claims;
  return {
    predictor: { id: card.predictor.id, name: card.predictor.name },
    claims: { ...claims, self_stated: selfStated, ...outcomes },
    coverage: { resolved: card.coverage.whole, forecast: card.coverage.part, share: card.coverage.share },
    plain_claims: hitsToJson(card.plain),
    plain_claims_hindsight: hitsToJson(card.plainHindsight),
    forecasts: { ...card.forecasts },
    rule: scoringRule,
    score: scoreToJson(card.score),
    peer_score: card.peer,
    hindsight_score: scoreToJson(card.hindsightScore),
    as_of: stamp,
  };
}

/** Which claims a scorecard is about. */
export const decidedByField = z.enum(deciders).optional().meta({
  description:
    'Only predictions whose current resolution is by the `resolver`, or by `people`: a person or a panel. Unresolved ones are then left out too. Default: all predictions.',
  example: 'people',
});

const getScorecard = operation({
  method: 'get',
  path: '/v1/predictors/{id}/scorecard',
  operationId: 'getPredictorScorecard',
  tag: 'Forecasts',
  summary: "Get a predictor's scorecard",
  description:
    'Returns the outcomes of the claims of a predictor and the accuracy of its forecasts. From the current resolutions: amending one changes the scorecard. With `decided_by`: only from those of the resolver, or of people. With `as_of`: from what was recorded and known by then.',
  access: 'read',
  params: { id: { description: 'The id of a predictor.', example: predictorExample.id } },
  query: { decided_by: decidedByField, as_of: asOfField },
  response: { status: 200, description: 'The scorecard.', schema: scorecardSchema, example: scorecardExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const decidedBy = query.decided_by ?? null;
    const card = await getPredictorScorecard(http.services, params.id, { asOf, decidedBy });
    return { body: scorecardToJson(card, stampOf(asOf, http.services)), past: asOf !== null };
  },
});

export const scorecardOperations = [getScorecard];
