import type { Evaluation, Leaning } from '../../domain/evaluation/evaluate.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { type CaseStanding, listProvisionalDecisions } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { PredictionRow } from '../../store/predictions.ts';

type Judged = Pick<PredictionRow, 'id' | 'criterionVersion' | 'hasCase'>;

/**
 * What panels have decided about predictions at a moment, while it can still be appealed: the leaning of each of these
 * predictions. A decision about another version of the criterion does not count.
 */
export async function listPanelLeanings(
  db: Sql,
  predictions: readonly Judged[],
  at: Instant,
): Promise<ReadonlyMap<string, Leaning>> {
  const versions = new Map(predictions.filter(({ hasCase }) => hasCase).map((row) => [row.id, row.criterionVersion]));
  if (versions.size === 0) return new Map();
  const found = await listProvisionalDecisions(db, [...versions.keys()], at);
  const current = found.filter((row) => row.criterionVersion === versions.get(row.predictionId));
  return new Map(current.map((row) => [row.predictionId, leaningOfPanel(row)]));
}

function leaningOfPanel({ caseId, panelName, panelVersion, step: { outcome, dueAt } }: CaseStanding): Leaning {
  const end = dueAt === null ? '' : ` It becomes final at ${formatInstant(dueAt)} unless it is appealed.`;
  return {
    outcome: outcome === 'yes' || outcome === 'no' ? outcome : null,
    reason: 'decided_by_panel',
    text: `The panel "${panelName}" (version ${panelVersion}) decided ${outcome} in ${caseId}.${end}`,
  };
}

/** An evaluation with the decision of a panel as its leaning. The resolver's own verdict comes first. */
export function withPanelLeaning(evaluation: Evaluation, leaning: Leaning | undefined): Evaluation {
  if (leaning === undefined || evaluation.verdict !== 'undetermined') return evaluation;
  return { ...evaluation, leaning, contradicted: false };
}
