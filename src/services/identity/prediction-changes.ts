import { evaluateInSteps } from '../../domain/evaluation/evaluate.ts';
import type { Verdict } from '../../domain/evaluation/explanation.ts';
import type { Sql } from '../../store/db.ts';
import { listPredictionsById, type PredictionRow, type PredictionState } from '../../store/predictions.ts';
import { recordReadings } from '../../store/readings.ts';
import { listStandingResolutions, type Outcome } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { termsOf } from '../settling/settlement.ts';
import { emptyTimeline, loadTimelines, timelineKey } from '../settling/timelines.ts';
import { runInTurns } from '../settling/turns.ts';
import type { ItemChange } from './stored-names.ts';

/** The state of a prediction: the result of its evaluation, and what is said about it. */
export type PredictionStanding = {
  readonly verdict: Verdict;
  readonly state: PredictionState;
  readonly outcome: Outcome | null;
};

export type PredictionChange = {
  readonly prediction: Pick<PredictionRow, 'id' | 'slug' | 'statement'>;
  readonly before: PredictionStanding;
  readonly after: PredictionStanding;
};

type Standings = ReadonlyMap<string, { readonly row: PredictionRow; readonly standing: PredictionStanding }>;

/**
 * Evaluates predictions on the stored evidence, except withdrawn ones, with names as they were read before the
 * changes in `undo`. Afterwards these changes are applied again.
 */
export async function listStandings(
  tx: Sql,
  deps: Deps,
  ids: readonly string[],
  { undo }: { undo: readonly ItemChange[] },
): Promise<Standings> {
  await recordReadings(
    tx,
    undo.map(({ item }) => item),
  );
  const rows = (await listPredictionsById(tx, ids)).filter(({ withdrawnAt }) => withdrawnAt === null);
  const outcomes = new Map(
    (await listStandingResolutions(tx, ids, null)).map((row) => [row.predictionId, row.outcome]),
  );
  const now = deps.now();
  const timelines = await loadTimelines(tx, deps, rows, now);
  const found = new Map<string, { row: PredictionRow; standing: PredictionStanding }>();
  for (const row of rows) {
    const timeline = timelines.get(timelineKey(row)) ?? emptyTimeline;
    const { verdict } = await runInTurns(evaluateInSteps(row.criterion, timeline, now, termsOf(deps, row)));
    found.set(row.id, { row, standing: { verdict, state: row.state, outcome: outcomes.get(row.id) ?? null } });
  }
  await recordReadings(
    tx,
    undo.map((change) => change.after),
  );
  return found;
}

export function compareStandings(before: Standings, after: Standings): PredictionChange[] {
  return [...after].flatMap(([id, { row, standing }]) => {
    const was = before.get(id)?.standing;
    if (was === undefined || JSON.stringify(was) === JSON.stringify(standing)) return [];
    return [{ prediction: { id, slug: row.slug, statement: row.statement }, before: was, after: standing }];
  });
}
