import { deciders } from '../../src/domain/scores/decider.ts';
import { getPredictorScorecard } from '../../src/services/scores/scorecards.ts';
import { findKeptScorecard } from '../../src/store/kept-scorecards.ts';
import type { World } from './world.ts';

export type ScorecardDifference = { readonly name: string; readonly served: unknown; readonly computed: unknown };

/** Every predictor whose scorecard of now differs from the one that is computed for the present moment. */
export async function findScorecardDifferences(world: Pick<World, 'db' | 'deps'>): Promise<ScorecardDifference[]> {
  const differences: ScorecardDifference[] = [];
  for (const id of await predictorIds(world))
    for (const decidedBy of [null, ...deciders]) {
      const { predictor, ...served } = await getPredictorScorecard(world.deps, id, { asOf: null, decidedBy });
      const asOf = world.deps.now();
      const { predictor: _, ...computed } = await getPredictorScorecard(world.deps, id, { asOf, decidedBy });
      if (JSON.stringify(served) !== JSON.stringify(computed))
        differences.push({ name: `${predictor.name} by ${decidedBy ?? 'all'}`, served, computed });
    }
  return differences;
}

/** The names of the predictors whose scorecard is kept and up to date. */
export async function listKeptScorecards(world: Pick<World, 'db' | 'deps'>): Promise<string[]> {
  const names: string[] = [];
  for (const id of await predictorIds(world)) {
    const kept = await findKeptScorecard(world.db.sql, id, world.deps.now());
    if (kept !== null) names.push(kept.predictor.name);
  }
  return names;
}

async function predictorIds({ db }: Pick<World, 'db'>): Promise<string[]> {
  return (await db.sql<{ id: string }[]>`select id from predictors order by id`).map(({ id }) => id);
}
