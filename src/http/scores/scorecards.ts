import { z } from '@hono/zod-openapi';
import type { Score } from '../../domain/scores/score.ts';
import { calibrationBins, logProbabilityMin, scoringRule } from '../../domain/scores/score.ts';
import { getPredictorScorecard, type Hits, type Scorecard } from '../../services/scores/scorecards.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField, probabilityField } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { predictorExample, scorecardExample } from '../predictions/examples.ts';
import { stampOf, stampSchema } from '../predictions/json.ts';

const count = (description: string, example: number) => z.int().min(0).meta({ description, example });
/** A fraction; null if there is nothing to divide by. */
const share = (description: string, example: number) =>
  z.number().min(0).max(1).nullable().meta({ description, example });

const binSchema = z
  .object({
    from: probabilityField.meta({ description: 'Lower bound of the probability, inclusive.', example: 0.8 }),
    to: probabilityField.meta({ description: 'Upper bound, exclusive except in the last range.', example: 0.9 }),
    forecasts: count('Number of forecasts in this range.', 3),
    weight: z
      .number()
      .min(0)
      .meta({ description: 'Total weight of the forecasts; each prediction has weight 1.', example: 1.5 }),
    forecast_mean: share('Weighted mean probability of the forecasts in this range. Null if there are none.', 0.85),
    observed: share(
      'Weighted share of the forecasts in this range whose outcome was yes, from 0 to 1. Null if there are none.',
      0.9,
    ),
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
        disputed: count('Resolved predictions that later evidence contradicts.', 1),
        withdrawn: count('Predictions that were withdrawn before anything was known about their outcome.', 0),
        yes: count('Predictions with outcome yes.', 14),
        no: count('Predictions with outcome no.', 11),
        ambiguous: count('Predictions with outcome ambiguous.', 2),
        annulled: count('Predictions with outcome annulled.', 1),
      })
      .meta({ description: 'Claims of the predictor by outcome, including those in hindsight.' }),
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
    calibration: score.calibration.map((bin) => ({
      from: bin.from,
      to: bin.to,
      forecasts: bin.forecasts,
      weight: bin.weight,
      forecast_mean: bin.forecastMean,
      observed: bin.observed,
    })),
  };
}

function hitsToJson({ right, wrong, hitRate }: Hits): z.infer<typeof hitsSchema> {
  return { right, wrong, hit_rate: hitRate };
}

function scorecardToJson(card: Scorecard, stamp: ReturnType<typeof stampOf>): z.infer<typeof scorecardSchema> {
  const { recorded, unresolved, disputed, withdrawn, outcomes } = card.claims;
  return {
    predictor: { id: card.predictor.id, name: card.predictor.name },
    claims: { recorded, unresolved, disputed, withdrawn, ...outcomes },
    plain_claims: hitsToJson(card.plain),
    plain_claims_hindsight: hitsToJson(card.plainHindsight),
    forecasts: { ...card.forecasts },
    rule: scoringRule,
    score: scoreToJson(card.score),
    hindsight_score: scoreToJson(card.hindsightScore),
    as_of: stamp,
  };
}

const getScorecard = operation({
  method: 'get',
  path: '/v1/predictors/{id}/scorecard',
  operationId: 'getPredictorScorecard',
  tag: 'Forecasts',
  summary: "Get a predictor's scorecard",
  description:
    'Returns the outcomes of the claims of a predictor and the accuracy of its forecasts. Computed from the current resolutions, so amending a resolution changes the scorecard. With `as_of`: from what was recorded and known by then.',
  access: 'read',
  params: { id: { description: 'The id of a predictor.', example: predictorExample.id } },
  query: { as_of: asOfField },
  response: { status: 200, description: 'The scorecard.', schema: scorecardSchema, example: scorecardExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const card = await getPredictorScorecard(http.services, params.id, asOf);
    return { body: scorecardToJson(card, stampOf(asOf, http.services)), past: asOf !== null };
  },
});

export const scorecardOperations = [getScorecard];
