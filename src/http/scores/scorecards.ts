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
/** A share of things, null of none. */
const share = (description: string, example: number) =>
  z.number().min(0).max(1).nullable().meta({ description, example });

const binSchema = z
  .object({
    from: probabilityField.meta({ description: 'From this probability on.', example: 0.8 }),
    to: probabilityField.meta({ description: 'Below this one; certainty belongs to the last range.', example: 0.9 }),
    forecasts: count('Forecasts in this range.', 3),
    weight: z.number().min(0).meta({ description: 'How many predictions’ worth of them.', example: 1.5 }),
    forecast_mean: share('Their mean probability; null of none.', 0.85),
    observed: share('How often it came out yes; null of none.', 0.9),
  })
  .meta({ id: 'CalibrationBin', description: 'Forecasts of about one probability, and how often it came out yes.' });

const scoreSchema = z
  .object({
    predictions: count('Predictions that are scored.', 12),
    forecasts: count('Forecasts that are scored.', 30),
    brier: share(
      'The mean of (p − o)² (Brier 1950, for one of two outcomes), each forecast weighed by the time it stood: 0 is best, 0.25 is what always saying 0.5 comes to. Null where nothing is scored.',
      0.12,
    ),
    brier_last: share('The same of the last forecast of each prediction alone.', 0.1),
    log_score: z
      .number()
      .max(0)
      .nullable()
      .meta({
        description: `The mean natural logarithm of the probability given to what happened (Good 1952), weighed alike: 0 is best. A probability below ${logProbabilityMin} counts as that.`,
        example: -0.38,
      }),
    calibration: z
      .array(binSchema)
      .min(calibrationBins)
      .max(calibrationBins)
      .meta({ description: `${calibrationBins} ranges of equal width.` }),
  })
  .meta({ id: 'Score', description: 'How well probabilities fitted what happened.' });

const hitsSchema = z
  .object({
    right: count('Came out yes.', 7),
    wrong: count('Came out no.', 3),
    hit_rate: share('Right of both; null of none.', 0.7),
  })
  .meta({ id: 'Hits', description: 'Claims that came out yes, and no.' });

const scorecardSchema = z
  .object({
    predictor: z
      .object({
        id: z.string().meta({ description: 'Id of the predictor.', example: predictorExample.id }),
        name: z.string().meta({ description: 'What it is called.', example: predictorExample.name }),
      })
      .meta({ description: 'Whose it is.' }),
    claims: z
      .object({
        recorded: count('Predictions that name it as their predictor.', 40),
        unresolved: count('Of them, not resolved.', 12),
        disputed: count('Of them, resolved, and contradicted by later evidence: their outcome may be amended.', 1),
        yes: count('Came out yes.', 14),
        no: count('Came out no.', 11),
        ambiguous: count('Reality was unclear.', 2),
        annulled: count('The claim was defective.', 1),
      })
      .meta({ description: 'What it claimed, and what came of it, hindsight included.' }),
    plain_claims: hitsSchema.meta({
      description: 'Claims for which it stated no probability: right when they came out yes.',
    }),
    plain_claims_hindsight: hitsSchema.meta({ description: 'The same of claims recorded in hindsight.' }),
    forecasts: z
      .object({
        waiting: count('Of predictions that are not resolved.', 6),
        unanswered: count('Of predictions that came out ambiguous or annulled.', 2),
        other_criterion: count('Of another version of the criterion than the one that was resolved.', 0),
        too_late: count('Not said wholly before what settled the prediction.', 1),
        hindsight: count(
          'Recorded after what settled the prediction had happened or was known: in hindsight_score.',
          4,
        ),
        scored: count('In score.', 30),
      })
      .meta({ description: 'Its forecasts of any prediction, by what they count for.' }),
    rule: z.literal(scoringRule).meta({
      description:
        'How the forecasts of one prediction are weighed: by the time each stood, from when it was made to the next or to what settled the prediction. All predictions weigh alike.',
      example: scoringRule,
    }),
    score: scoreSchema,
    hindsight_score: scoreSchema.meta({
      description: 'The same of forecasts recorded in hindsight, which prove nothing.',
    }),
    as_of: stampSchema.nullable().meta({ description: 'Given when `as_of` was asked for.' }),
  })
  .meta({ id: 'Scorecard', description: 'How a predictor did.' });

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
  const { recorded, unresolved, disputed, outcomes } = card.claims;
  return {
    predictor: { id: card.predictor.id, name: card.predictor.name },
    claims: { recorded, unresolved, disputed, ...outcomes },
    plain_claims: hitsToJson(card.plain),
    plain_claims_hindsight: hitsToJson(card.plainHindsight),
    forecasts: { ...card.forecasts },
    rule: scoringRule,
    score: scoreToJson(card.score),
    hindsight_score: scoreToJson(card.hindsightScore),
    as_of: stamp,
  };
}

const score = operation({
  method: 'get',
  path: '/v1/predictors/{id}/scorecard',
  operationId: 'getPredictorScorecard',
  tag: 'Forecasts',
  summary: "Get a predictor's scorecard",
  description:
    'How a predictor did: what came of its claims, and how well the probabilities it stated, of its own claims and of others, fitted what happened. Computed from the resolutions as they stand, so an amended one moves it. With `as_of`: by what was recorded and known by then.',
  access: 'read',
  params: { id: { description: 'The id of a predictor.', example: predictorExample.id } },
  query: { as_of: asOfField },
  answer: { status: 200, description: 'The scorecard.', schema: scorecardSchema, example: scorecardExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const card = await getPredictorScorecard(http.services, params.id, asOf);
    return { body: scorecardToJson(card, stampOf(asOf, http.services.identity.version)), past: asOf !== null };
  },
});

export const scorecardOperations = [score];
