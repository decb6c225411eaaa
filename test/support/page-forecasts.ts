import type { ApiWorld } from './api-world.ts';
import { createPredictor, decide, forecast, judged } from './forecasts.ts';
import { hours } from './play.ts';

/** Probabilities that the predictors of the page world state, one list for each claim, and what came of the claim. */
const claims: readonly { readonly said: readonly (readonly number[])[]; readonly outcome: string | null }[] = [
  { said: [[0.85, 0.95], [0.6]], outcome: 'yes' },
  { said: [[0.15], [0.4, 0.3]], outcome: 'no' },
  { said: [[0.55, 0.7, 0.8], []], outcome: 'yes' },
  { said: [[0.9], [0.9]], outcome: 'no' },
  { said: [[0.25], [0.2]], outcome: 'no' },
  { said: [[0.65], []], outcome: 'ambiguous' },
  {
    said: [
      [0.35, 0.45, 0.5],
      [0.8, 0.7],
    ],
    outcome: null,
  },
];

/** Records claims with forecasts of two predictors, most of them settled. Their slugs are `forecast-0` and so on. */
export async function recordForecasts(world: ApiWorld): Promise<void> {
  const predictors = [
    await createPredictor(world, 'Forecaster of everything'),
    await createPredictor(world, '<b>Another</b> forecaster with a name that is rather long for a table of numbers'),
  ];
  const start = world.clock.now();
  for (const n of claims.keys())
    await world.admin('POST /v1/predictions', {
      json: {
        slug: `forecast-${n}`,
        statement: `A claim with forecasts, number ${n}.`,
        made_at: '2026-01',
        predictor_id: predictors[0],
        criterion: judged,
      },
    });
  for (const [n, { said }] of claims.entries())
    for (const [who, probabilities] of said.entries())
      for (const [place, probability] of probabilities.entries())
        await forecast(world, `forecast-${n}`, {
          probability,
          predictor_id: predictors[who],
          made_at: new Date(start - hours(24 * (60 - 15 * place - 3 * who))).toISOString(),
        });
  // Long enough for an outcome after the forecasts were recorded, and too short for feeds to be stale.
  world.clock.advance(hours(2));
  const settled = new Date(start + hours(1)).toISOString();
  for (const [n, { outcome }] of claims.entries())
    if (outcome !== null) await decide(world, `forecast-${n}`, outcome, settled);
}
